# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_postroom_global_optspecs
    string join \n h/help V/version
end

function __fish_postroom_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_postroom_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_postroom_using_subcommand
    set -l cmd (__fish_postroom_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c postroom -n "__fish_postroom_needs_command" -s h -l help -d 'Print help'
complete -c postroom -n "__fish_postroom_needs_command" -s V -l version -d 'Print version'
complete -c postroom -n "__fish_postroom_needs_command" -f -a "init" -d 'Make a desk: its directory, configuration, store and keys'
complete -c postroom -n "__fish_postroom_needs_command" -f -a "ingest" -d 'Take in messages: one on stdin, or those of files, trees, Maildirs and mbox files'
complete -c postroom -n "__fish_postroom_needs_command" -f -a "inspect" -d 'Tell what is seen in messages: fields, class, evidence, text'
complete -c postroom -n "__fish_postroom_needs_command" -f -a "list" -d 'List conversations, most recently changed first'
complete -c postroom -n "__fish_postroom_needs_command" -f -a "show" -d 'Show a conversation, or a message with its bytes'
complete -c postroom -n "__fish_postroom_needs_command" -f -a "route" -d 'Run the rules on arrivals that no rule has seen yet'
complete -c postroom -n "__fish_postroom_needs_command" -f -a "assign" -d 'Say who must act: an agent, team:NAME, me or none'
complete -c postroom -n "__fish_postroom_needs_command" -f -a "tag" -d 'Put labels on and take them off'
complete -c postroom -n "__fish_postroom_needs_command" -f -a "set" -d 'Give values to fields'
complete -c postroom -n "__fish_postroom_needs_command" -f -a "note" -d 'Write a note, which no participant ever sees'
complete -c postroom -n "__fish_postroom_needs_command" -f -a "close" -d 'Say that it is done'
complete -c postroom -n "__fish_postroom_needs_command" -f -a "open" -d 'Say that it is not done'
complete -c postroom -n "__fish_postroom_needs_command" -f -a "merge" -d 'Make one conversation of several; both numbers stay valid'
complete -c postroom -n "__fish_postroom_needs_command" -f -a "undo" -d 'Take changes back: an event, all of a command, or the last of a conversation'
complete -c postroom -n "__fish_postroom_needs_command" -f -a "do" -d 'Do several actions at once, or none of them'
complete -c postroom -n "__fish_postroom_needs_command" -f -a "reply" -d 'Answer the contact: text from stdin, from $EDITOR, or a canned reply'
complete -c postroom -n "__fish_postroom_needs_command" -f -a "autoreply" -d 'Answer by machine where an inbox says so, or tell why not'
complete -c postroom -n "__fish_postroom_needs_command" -f -a "send" -d 'Hand queued mail to sendmail'
complete -c postroom -n "__fish_postroom_needs_command" -f -a "sweep" -d 'Do what time brings: index mail, pack mail that rests'
complete -c postroom -n "__fish_postroom_needs_command" -f -a "log" -d 'Tell what happened to conversations, event by event'
complete -c postroom -n "__fish_postroom_needs_command" -f -a "why" -d 'Tell why a conversation, a message or an event is as it is'
complete -c postroom -n "__fish_postroom_needs_command" -f -a "report" -d 'Report volume, response and resolution times, backlog and load'
complete -c postroom -n "__fish_postroom_needs_command" -f -a "purge" -d 'Forget conversations for good: texts, mail, and who took part'
complete -c postroom -n "__fish_postroom_needs_command" -f -a "check" -d 'Prove that the desk is sound, or name what is not'
complete -c postroom -n "__fish_postroom_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c postroom -n "__fish_postroom_using_subcommand init" -l inbox -d 'An inbox and its address; the first one is the fallback for mail that is for none' -r
complete -c postroom -n "__fish_postroom_using_subcommand init" -l group -d 'The Unix group whose members work at the desk' -r
complete -c postroom -n "__fish_postroom_using_subcommand init" -l timezone -d 'The time zone of the desk' -r
complete -c postroom -n "__fish_postroom_using_subcommand init" -l test-clock -d 'Let POSTROOM_NOW set the clock of commands that write: a desk for tests'
complete -c postroom -n "__fish_postroom_using_subcommand init" -l i-know -d 'Make it on a network file system, too: only this machine uses it'
complete -c postroom -n "__fish_postroom_using_subcommand init" -s q -l quiet -d 'Say nothing'
complete -c postroom -n "__fish_postroom_using_subcommand init" -s h -l help -d 'Print help'
complete -c postroom -n "__fish_postroom_using_subcommand ingest" -l inbox -d 'The inbox that the message came for' -r
complete -c postroom -n "__fish_postroom_using_subcommand ingest" -l recipient -d 'The address that the message came for [default: from the MTA\'s environment or trace fields]' -r
complete -c postroom -n "__fish_postroom_using_subcommand ingest" -l sender -d 'The envelope sender; empty or <> is the null sender [default: as for --recipient]' -r
complete -c postroom -n "__fish_postroom_using_subcommand ingest" -l extension -d 'The extension of the recipient' -r
complete -c postroom -n "__fish_postroom_using_subcommand ingest" -l mbox -d 'The files are mbox files: mboxrd, mboxo, mboxcl or mboxcl2 [default variant: mboxrd]' -r
complete -c postroom -n "__fish_postroom_using_subcommand ingest" -l config -d 'The configuration of the desk [default: $POSTROOM_CONFIG, /etc/postroom/postroom.toml, ~/.config/postroom/postroom.toml]' -r -F
complete -c postroom -n "__fish_postroom_using_subcommand ingest" -l as -d 'Act as this agent: for root, the desk\'s owner, and agents with admin' -r
complete -c postroom -n "__fish_postroom_using_subcommand ingest" -l now -d 'Take this instant (RFC 3339) for now; to write, only on a test desk [default: $POSTROOM_NOW]' -r
complete -c postroom -n "__fish_postroom_using_subcommand ingest" -l route -d 'Run the rules on what arrives'
complete -c postroom -n "__fish_postroom_using_subcommand ingest" -l autoreply -d 'Answer by machine where an inbox says so'
complete -c postroom -n "__fish_postroom_using_subcommand ingest" -l filter -d 'Write the message to stdout with Postroom- fields on top'
complete -c postroom -n "__fish_postroom_using_subcommand ingest" -l archive -d 'Old mail: keep its dates, leave it closed, answer none of it'
complete -c postroom -n "__fish_postroom_using_subcommand ingest" -l unquote -d 'Of mboxo and mboxcl: take the > off lines that begin with \'>From \''
complete -c postroom -n "__fish_postroom_using_subcommand ingest" -l restart -d 'Read an mbox from its beginning, also where it was read before'
complete -c postroom -n "__fish_postroom_using_subcommand ingest" -s r -l recursive -d 'Take the subfolders of a Maildir too'
complete -c postroom -n "__fish_postroom_using_subcommand ingest" -l mark -d 'Mark what is in as seen, in a Maildir: new/x becomes cur/x:2,S'
complete -c postroom -n "__fish_postroom_using_subcommand ingest" -l delete -d 'Remove the files of messages that are in'
complete -c postroom -n "__fish_postroom_using_subcommand ingest" -l paths -d 'Read the paths from stdin, one a line'
complete -c postroom -n "__fish_postroom_using_subcommand ingest" -s 0 -l null -d 'Read the paths from stdin, each ended by NUL, as find -print0 writes them'
complete -c postroom -n "__fish_postroom_using_subcommand ingest" -s p -l print -d 'Print a line for each message: conversation, message, what happened, inbox, class'
complete -c postroom -n "__fish_postroom_using_subcommand ingest" -l json -d 'Print a JSON object for each message'
complete -c postroom -n "__fish_postroom_using_subcommand ingest" -s q -l quiet -d 'Nothing but errors: no counts, and no progress on a terminal'
complete -c postroom -n "__fish_postroom_using_subcommand ingest" -l timing -d 'Tell on stderr how long it took; not where a message is delivered'
complete -c postroom -n "__fish_postroom_using_subcommand ingest" -s h -l help -d 'Print help'
complete -c postroom -n "__fish_postroom_using_subcommand inspect" -l mbox -d 'The files are mbox files: mboxrd, mboxo, mboxcl or mboxcl2 [default variant: mboxrd]' -r
complete -c postroom -n "__fish_postroom_using_subcommand inspect" -l config -d 'The configuration of the desk [default: $POSTROOM_CONFIG, /etc/postroom/postroom.toml, ~/.config/postroom/postroom.toml]' -r -F
complete -c postroom -n "__fish_postroom_using_subcommand inspect" -l as -d 'Act as this agent: for root, the desk\'s owner, and agents with admin' -r
complete -c postroom -n "__fish_postroom_using_subcommand inspect" -l now -d 'Take this instant (RFC 3339) for now; to write, only on a test desk [default: $POSTROOM_NOW]' -r
complete -c postroom -n "__fish_postroom_using_subcommand inspect" -l unquote -d 'Of mboxo and mboxcl: take the > off lines that begin with \'>From \''
complete -c postroom -n "__fish_postroom_using_subcommand inspect" -l full -d 'Print all that is folded: quotes and signatures'
complete -c postroom -n "__fish_postroom_using_subcommand inspect" -l json -d 'Print a JSON object for each message'
complete -c postroom -n "__fish_postroom_using_subcommand inspect" -l timing -d 'Tell on stderr how long it took; not where a message is delivered'
complete -c postroom -n "__fish_postroom_using_subcommand inspect" -s h -l help -d 'Print help'
complete -c postroom -n "__fish_postroom_using_subcommand list" -s n -l limit -d 'At most so many lines' -r
complete -c postroom -n "__fish_postroom_using_subcommand list" -l config -d 'The configuration of the desk [default: $POSTROOM_CONFIG, /etc/postroom/postroom.toml, ~/.config/postroom/postroom.toml]' -r -F
complete -c postroom -n "__fish_postroom_using_subcommand list" -l as -d 'Act as this agent: for root, the desk\'s owner, and agents with admin' -r
complete -c postroom -n "__fish_postroom_using_subcommand list" -l now -d 'Take this instant (RFC 3339) for now; to write, only on a test desk [default: $POSTROOM_NOW]' -r
complete -c postroom -n "__fish_postroom_using_subcommand list" -l exit-code -d 'Exit with 1 when there is none'
complete -c postroom -n "__fish_postroom_using_subcommand list" -l json -d 'Print a JSON object for each'
complete -c postroom -n "__fish_postroom_using_subcommand list" -l numbers -d 'Print the numbers alone'
complete -c postroom -n "__fish_postroom_using_subcommand list" -l count -d 'Print how many there are, and nothing of them'
complete -c postroom -n "__fish_postroom_using_subcommand list" -l timing -d 'Tell on stderr how long it took; not where a message is delivered'
complete -c postroom -n "__fish_postroom_using_subcommand list" -s h -l help -d 'Print help'
complete -c postroom -n "__fish_postroom_using_subcommand show" -l config -d 'The configuration of the desk [default: $POSTROOM_CONFIG, /etc/postroom/postroom.toml, ~/.config/postroom/postroom.toml]' -r -F
complete -c postroom -n "__fish_postroom_using_subcommand show" -l as -d 'Act as this agent: for root, the desk\'s owner, and agents with admin' -r
complete -c postroom -n "__fish_postroom_using_subcommand show" -l now -d 'Take this instant (RFC 3339) for now; to write, only on a test desk [default: $POSTROOM_NOW]' -r
complete -c postroom -n "__fish_postroom_using_subcommand show" -l full -d 'Print all that is folded: quotes, signatures, alerts that repeat, copies of a mail'
complete -c postroom -n "__fish_postroom_using_subcommand show" -l raw -d 'Write the bytes of a message as they came'
complete -c postroom -n "__fish_postroom_using_subcommand show" -l force -d 'Write bytes even to a terminal'
complete -c postroom -n "__fish_postroom_using_subcommand show" -l json -d 'Print JSON objects: the conversation, then its messages and notes'
complete -c postroom -n "__fish_postroom_using_subcommand show" -l timing -d 'Tell on stderr how long it took; not where a message is delivered'
complete -c postroom -n "__fish_postroom_using_subcommand show" -s h -l help -d 'Print help'
complete -c postroom -n "__fish_postroom_using_subcommand route" -l config -d 'The configuration of the desk [default: $POSTROOM_CONFIG, /etc/postroom/postroom.toml, ~/.config/postroom/postroom.toml]' -r -F
complete -c postroom -n "__fish_postroom_using_subcommand route" -l as -d 'Act as this agent: for root, the desk\'s owner, and agents with admin' -r
complete -c postroom -n "__fish_postroom_using_subcommand route" -l now -d 'Take this instant (RFC 3339) for now; to write, only on a test desk [default: $POSTROOM_NOW]' -r
complete -c postroom -n "__fish_postroom_using_subcommand route" -l message -d 'A message on stdin stands for its conversations'
complete -c postroom -n "__fish_postroom_using_subcommand route" -l dry-run -d 'Change nothing; show what would be, for arrivals in named conversations even if routed before'
complete -c postroom -n "__fish_postroom_using_subcommand route" -l explain -d 'Tell of each rule whether it matched, and the term at which it failed'
complete -c postroom -n "__fish_postroom_using_subcommand route" -l check -d 'Read the rules, tell what is wrong with them, and do nothing else'
complete -c postroom -n "__fish_postroom_using_subcommand route" -s q -l quiet -d 'Say nothing'
complete -c postroom -n "__fish_postroom_using_subcommand route" -l json -d 'Print a JSON object for each arrival'
complete -c postroom -n "__fish_postroom_using_subcommand route" -l timing -d 'Tell on stderr how long it took; not where a message is delivered'
complete -c postroom -n "__fish_postroom_using_subcommand route" -s h -l help -d 'Print help'
complete -c postroom -n "__fish_postroom_using_subcommand assign" -l config -d 'The configuration of the desk [default: $POSTROOM_CONFIG, /etc/postroom/postroom.toml, ~/.config/postroom/postroom.toml]' -r -F
complete -c postroom -n "__fish_postroom_using_subcommand assign" -l as -d 'Act as this agent: for root, the desk\'s owner, and agents with admin' -r
complete -c postroom -n "__fish_postroom_using_subcommand assign" -l now -d 'Take this instant (RFC 3339) for now; to write, only on a test desk [default: $POSTROOM_NOW]' -r
complete -c postroom -n "__fish_postroom_using_subcommand assign" -l message -d 'A message on stdin stands for its conversations'
complete -c postroom -n "__fish_postroom_using_subcommand assign" -l yes -d 'Go on although it is more than 500 conversations'
complete -c postroom -n "__fish_postroom_using_subcommand assign" -s q -l quiet -d 'Say nothing'
complete -c postroom -n "__fish_postroom_using_subcommand assign" -l json -d 'Print a JSON object for each change'
complete -c postroom -n "__fish_postroom_using_subcommand assign" -l timing -d 'Tell on stderr how long it took; not where a message is delivered'
complete -c postroom -n "__fish_postroom_using_subcommand assign" -s h -l help -d 'Print help'
complete -c postroom -n "__fish_postroom_using_subcommand tag" -l config -d 'The configuration of the desk [default: $POSTROOM_CONFIG, /etc/postroom/postroom.toml, ~/.config/postroom/postroom.toml]' -r -F
complete -c postroom -n "__fish_postroom_using_subcommand tag" -l as -d 'Act as this agent: for root, the desk\'s owner, and agents with admin' -r
complete -c postroom -n "__fish_postroom_using_subcommand tag" -l now -d 'Take this instant (RFC 3339) for now; to write, only on a test desk [default: $POSTROOM_NOW]' -r
complete -c postroom -n "__fish_postroom_using_subcommand tag" -l message -d 'A message on stdin stands for its conversations'
complete -c postroom -n "__fish_postroom_using_subcommand tag" -l yes -d 'Go on although it is more than 500 conversations'
complete -c postroom -n "__fish_postroom_using_subcommand tag" -s q -l quiet -d 'Say nothing'
complete -c postroom -n "__fish_postroom_using_subcommand tag" -l json -d 'Print a JSON object for each change'
complete -c postroom -n "__fish_postroom_using_subcommand tag" -l timing -d 'Tell on stderr how long it took; not where a message is delivered'
complete -c postroom -n "__fish_postroom_using_subcommand tag" -s h -l help -d 'Print help'
complete -c postroom -n "__fish_postroom_using_subcommand set" -l config -d 'The configuration of the desk [default: $POSTROOM_CONFIG, /etc/postroom/postroom.toml, ~/.config/postroom/postroom.toml]' -r -F
complete -c postroom -n "__fish_postroom_using_subcommand set" -l as -d 'Act as this agent: for root, the desk\'s owner, and agents with admin' -r
complete -c postroom -n "__fish_postroom_using_subcommand set" -l now -d 'Take this instant (RFC 3339) for now; to write, only on a test desk [default: $POSTROOM_NOW]' -r
complete -c postroom -n "__fish_postroom_using_subcommand set" -l message -d 'A message on stdin stands for its conversations'
complete -c postroom -n "__fish_postroom_using_subcommand set" -l yes -d 'Go on although it is more than 500 conversations'
complete -c postroom -n "__fish_postroom_using_subcommand set" -s q -l quiet -d 'Say nothing'
complete -c postroom -n "__fish_postroom_using_subcommand set" -l json -d 'Print a JSON object for each change'
complete -c postroom -n "__fish_postroom_using_subcommand set" -l timing -d 'Tell on stderr how long it took; not where a message is delivered'
complete -c postroom -n "__fish_postroom_using_subcommand set" -s h -l help -d 'Print help'
complete -c postroom -n "__fish_postroom_using_subcommand note" -l config -d 'The configuration of the desk [default: $POSTROOM_CONFIG, /etc/postroom/postroom.toml, ~/.config/postroom/postroom.toml]' -r -F
complete -c postroom -n "__fish_postroom_using_subcommand note" -l as -d 'Act as this agent: for root, the desk\'s owner, and agents with admin' -r
complete -c postroom -n "__fish_postroom_using_subcommand note" -l now -d 'Take this instant (RFC 3339) for now; to write, only on a test desk [default: $POSTROOM_NOW]' -r
complete -c postroom -n "__fish_postroom_using_subcommand note" -l message -d 'A message on stdin stands for its conversations'
complete -c postroom -n "__fish_postroom_using_subcommand note" -l yes -d 'Go on although it is more than 500 conversations'
complete -c postroom -n "__fish_postroom_using_subcommand note" -s q -l quiet -d 'Say nothing'
complete -c postroom -n "__fish_postroom_using_subcommand note" -l json -d 'Print a JSON object for each change'
complete -c postroom -n "__fish_postroom_using_subcommand note" -l timing -d 'Tell on stderr how long it took; not where a message is delivered'
complete -c postroom -n "__fish_postroom_using_subcommand note" -s h -l help -d 'Print help'
complete -c postroom -n "__fish_postroom_using_subcommand close" -l config -d 'The configuration of the desk [default: $POSTROOM_CONFIG, /etc/postroom/postroom.toml, ~/.config/postroom/postroom.toml]' -r -F
complete -c postroom -n "__fish_postroom_using_subcommand close" -l as -d 'Act as this agent: for root, the desk\'s owner, and agents with admin' -r
complete -c postroom -n "__fish_postroom_using_subcommand close" -l now -d 'Take this instant (RFC 3339) for now; to write, only on a test desk [default: $POSTROOM_NOW]' -r
complete -c postroom -n "__fish_postroom_using_subcommand close" -l message -d 'A message on stdin stands for its conversations'
complete -c postroom -n "__fish_postroom_using_subcommand close" -l yes -d 'Go on although it is more than 500 conversations'
complete -c postroom -n "__fish_postroom_using_subcommand close" -s q -l quiet -d 'Say nothing'
complete -c postroom -n "__fish_postroom_using_subcommand close" -l json -d 'Print a JSON object for each change'
complete -c postroom -n "__fish_postroom_using_subcommand close" -l timing -d 'Tell on stderr how long it took; not where a message is delivered'
complete -c postroom -n "__fish_postroom_using_subcommand close" -s h -l help -d 'Print help'
complete -c postroom -n "__fish_postroom_using_subcommand open" -l config -d 'The configuration of the desk [default: $POSTROOM_CONFIG, /etc/postroom/postroom.toml, ~/.config/postroom/postroom.toml]' -r -F
complete -c postroom -n "__fish_postroom_using_subcommand open" -l as -d 'Act as this agent: for root, the desk\'s owner, and agents with admin' -r
complete -c postroom -n "__fish_postroom_using_subcommand open" -l now -d 'Take this instant (RFC 3339) for now; to write, only on a test desk [default: $POSTROOM_NOW]' -r
complete -c postroom -n "__fish_postroom_using_subcommand open" -l message -d 'A message on stdin stands for its conversations'
complete -c postroom -n "__fish_postroom_using_subcommand open" -l yes -d 'Go on although it is more than 500 conversations'
complete -c postroom -n "__fish_postroom_using_subcommand open" -s q -l quiet -d 'Say nothing'
complete -c postroom -n "__fish_postroom_using_subcommand open" -l json -d 'Print a JSON object for each change'
complete -c postroom -n "__fish_postroom_using_subcommand open" -l timing -d 'Tell on stderr how long it took; not where a message is delivered'
complete -c postroom -n "__fish_postroom_using_subcommand open" -s h -l help -d 'Print help'
complete -c postroom -n "__fish_postroom_using_subcommand merge" -l config -d 'The configuration of the desk [default: $POSTROOM_CONFIG, /etc/postroom/postroom.toml, ~/.config/postroom/postroom.toml]' -r -F
complete -c postroom -n "__fish_postroom_using_subcommand merge" -l as -d 'Act as this agent: for root, the desk\'s owner, and agents with admin' -r
complete -c postroom -n "__fish_postroom_using_subcommand merge" -l now -d 'Take this instant (RFC 3339) for now; to write, only on a test desk [default: $POSTROOM_NOW]' -r
complete -c postroom -n "__fish_postroom_using_subcommand merge" -l yes -d 'Go on although it is more than 500 conversations'
complete -c postroom -n "__fish_postroom_using_subcommand merge" -s q -l quiet -d 'Say nothing'
complete -c postroom -n "__fish_postroom_using_subcommand merge" -l json -d 'Print a JSON object for each event'
complete -c postroom -n "__fish_postroom_using_subcommand merge" -l timing -d 'Tell on stderr how long it took; not where a message is delivered'
complete -c postroom -n "__fish_postroom_using_subcommand merge" -s h -l help -d 'Print help'
complete -c postroom -n "__fish_postroom_using_subcommand undo" -l config -d 'The configuration of the desk [default: $POSTROOM_CONFIG, /etc/postroom/postroom.toml, ~/.config/postroom/postroom.toml]' -r -F
complete -c postroom -n "__fish_postroom_using_subcommand undo" -l as -d 'Act as this agent: for root, the desk\'s owner, and agents with admin' -r
complete -c postroom -n "__fish_postroom_using_subcommand undo" -l now -d 'Take this instant (RFC 3339) for now; to write, only on a test desk [default: $POSTROOM_NOW]' -r
complete -c postroom -n "__fish_postroom_using_subcommand undo" -l dry-run -d 'Change nothing; print what would be done'
complete -c postroom -n "__fish_postroom_using_subcommand undo" -l yes -d 'Go on although it is more than 500 conversations'
complete -c postroom -n "__fish_postroom_using_subcommand undo" -s q -l quiet -d 'Say nothing'
complete -c postroom -n "__fish_postroom_using_subcommand undo" -l json -d 'Print a JSON object for each event'
complete -c postroom -n "__fish_postroom_using_subcommand undo" -l timing -d 'Tell on stderr how long it took; not where a message is delivered'
complete -c postroom -n "__fish_postroom_using_subcommand undo" -s h -l help -d 'Print help'
complete -c postroom -n "__fish_postroom_using_subcommand do" -l config -d 'The configuration of the desk [default: $POSTROOM_CONFIG, /etc/postroom/postroom.toml, ~/.config/postroom/postroom.toml]' -r -F
complete -c postroom -n "__fish_postroom_using_subcommand do" -l as -d 'Act as this agent: for root, the desk\'s owner, and agents with admin' -r
complete -c postroom -n "__fish_postroom_using_subcommand do" -l now -d 'Take this instant (RFC 3339) for now; to write, only on a test desk [default: $POSTROOM_NOW]' -r
complete -c postroom -n "__fish_postroom_using_subcommand do" -l message -d 'A message on stdin stands for its conversations'
complete -c postroom -n "__fish_postroom_using_subcommand do" -l yes -d 'Go on although it is more than 500 conversations'
complete -c postroom -n "__fish_postroom_using_subcommand do" -s q -l quiet -d 'Say nothing'
complete -c postroom -n "__fish_postroom_using_subcommand do" -l json -d 'Print a JSON object for each change'
complete -c postroom -n "__fish_postroom_using_subcommand do" -l timing -d 'Tell on stderr how long it took; not where a message is delivered'
complete -c postroom -n "__fish_postroom_using_subcommand do" -s h -l help -d 'Print help'
complete -c postroom -n "__fish_postroom_using_subcommand reply" -l canned -d 'Take the prepared text replies/NAME.txt, its placeholders filled, instead of stdin' -r
complete -c postroom -n "__fish_postroom_using_subcommand reply" -l to -d 'Write to this address instead of the one who wrote last' -r
complete -c postroom -n "__fish_postroom_using_subcommand reply" -l cc -d 'Send a copy to this address' -r
complete -c postroom -n "__fish_postroom_using_subcommand reply" -l subject -d 'Another subject' -r
complete -c postroom -n "__fish_postroom_using_subcommand reply" -l if-seq -d 'The last event that you have seen [default: the last one when the command starts]' -r
complete -c postroom -n "__fish_postroom_using_subcommand reply" -l config -d 'The configuration of the desk [default: $POSTROOM_CONFIG, /etc/postroom/postroom.toml, ~/.config/postroom/postroom.toml]' -r -F
complete -c postroom -n "__fish_postroom_using_subcommand reply" -l as -d 'Act as this agent: for root, the desk\'s owner, and agents with admin' -r
complete -c postroom -n "__fish_postroom_using_subcommand reply" -l now -d 'Take this instant (RFC 3339) for now; to write, only on a test desk [default: $POSTROOM_NOW]' -r
complete -c postroom -n "__fish_postroom_using_subcommand reply" -l anyway -d 'Send although something came in, the same was sent a moment ago, braces are left to fill, or an address took no mail the last time'
complete -c postroom -n "__fish_postroom_using_subcommand reply" -l close -d 'Close the conversation, instead of waiting for the contact'
complete -c postroom -n "__fish_postroom_using_subcommand reply" -l open -d 'Leave the conversation open'
complete -c postroom -n "__fish_postroom_using_subcommand reply" -l dry-run -d 'Change and send nothing; print the mail as it would be sent'
complete -c postroom -n "__fish_postroom_using_subcommand reply" -s q -l quiet -d 'Say nothing'
complete -c postroom -n "__fish_postroom_using_subcommand reply" -l json -d 'Print a JSON object'
complete -c postroom -n "__fish_postroom_using_subcommand reply" -l timing -d 'Tell on stderr how long it took; not where a message is delivered'
complete -c postroom -n "__fish_postroom_using_subcommand reply" -s h -l help -d 'Print help'
complete -c postroom -n "__fish_postroom_using_subcommand autoreply" -l config -d 'The configuration of the desk [default: $POSTROOM_CONFIG, /etc/postroom/postroom.toml, ~/.config/postroom/postroom.toml]' -r -F
complete -c postroom -n "__fish_postroom_using_subcommand autoreply" -l as -d 'Act as this agent: for root, the desk\'s owner, and agents with admin' -r
complete -c postroom -n "__fish_postroom_using_subcommand autoreply" -l now -d 'Take this instant (RFC 3339) for now; to write, only on a test desk [default: $POSTROOM_NOW]' -r
complete -c postroom -n "__fish_postroom_using_subcommand autoreply" -l dry-run -d 'Change and send nothing; print what would be decided'
complete -c postroom -n "__fish_postroom_using_subcommand autoreply" -l yes -d 'Go on although it is more than 25 mails, or 500 conversations'
complete -c postroom -n "__fish_postroom_using_subcommand autoreply" -l explain -d 'Print a line for each message: conversation, message, yes or no, text or reason'
complete -c postroom -n "__fish_postroom_using_subcommand autoreply" -l json -d 'Print a JSON object for each message'
complete -c postroom -n "__fish_postroom_using_subcommand autoreply" -l timing -d 'Tell on stderr how long it took; not where a message is delivered'
complete -c postroom -n "__fish_postroom_using_subcommand autoreply" -s h -l help -d 'Print help'
complete -c postroom -n "__fish_postroom_using_subcommand send" -l config -d 'The configuration of the desk [default: $POSTROOM_CONFIG, /etc/postroom/postroom.toml, ~/.config/postroom/postroom.toml]' -r -F
complete -c postroom -n "__fish_postroom_using_subcommand send" -l as -d 'Act as this agent: for root, the desk\'s owner, and agents with admin' -r
complete -c postroom -n "__fish_postroom_using_subcommand send" -l now -d 'Take this instant (RFC 3339) for now; to write, only on a test desk [default: $POSTROOM_NOW]' -r
complete -c postroom -n "__fish_postroom_using_subcommand send" -l all -d 'Also what is not due yet after a failed attempt'
complete -c postroom -n "__fish_postroom_using_subcommand send" -l list -d 'Print what is not settled, and send nothing'
complete -c postroom -n "__fish_postroom_using_subcommand send" -s v -l verbose -d 'Print a line for each mail, not only for those that failed'
complete -c postroom -n "__fish_postroom_using_subcommand send" -l json -d 'Print a JSON object for each mail'
complete -c postroom -n "__fish_postroom_using_subcommand send" -l timing -d 'Tell on stderr how long it took; not where a message is delivered'
complete -c postroom -n "__fish_postroom_using_subcommand send" -s h -l help -d 'Print help'
complete -c postroom -n "__fish_postroom_using_subcommand sweep" -l older-than -d 'Pack the mail of conversations that have not changed for so long [default: 7d]' -r
complete -c postroom -n "__fish_postroom_using_subcommand sweep" -l config -d 'The configuration of the desk [default: $POSTROOM_CONFIG, /etc/postroom/postroom.toml, ~/.config/postroom/postroom.toml]' -r -F
complete -c postroom -n "__fish_postroom_using_subcommand sweep" -l as -d 'Act as this agent: for root, the desk\'s owner, and agents with admin' -r
complete -c postroom -n "__fish_postroom_using_subcommand sweep" -l now -d 'Take this instant (RFC 3339) for now; to write, only on a test desk [default: $POSTROOM_NOW]' -r
complete -c postroom -n "__fish_postroom_using_subcommand sweep" -l all -d 'Pack all mail, of however young a conversation'
complete -c postroom -n "__fish_postroom_using_subcommand sweep" -l vacuum -d 'Then give free room in the database back to the file system; mail waits meanwhile'
complete -c postroom -n "__fish_postroom_using_subcommand sweep" -l dry-run -d 'Do nothing; print what would be done'
complete -c postroom -n "__fish_postroom_using_subcommand sweep" -s q -l quiet -d 'Say nothing'
complete -c postroom -n "__fish_postroom_using_subcommand sweep" -l json -d 'Print a JSON object'
complete -c postroom -n "__fish_postroom_using_subcommand sweep" -l timing -d 'Tell on stderr how long it took; not where a message is delivered'
complete -c postroom -n "__fish_postroom_using_subcommand sweep" -s h -l help -d 'Print help'
complete -c postroom -n "__fish_postroom_using_subcommand log" -l config -d 'The configuration of the desk [default: $POSTROOM_CONFIG, /etc/postroom/postroom.toml, ~/.config/postroom/postroom.toml]' -r -F
complete -c postroom -n "__fish_postroom_using_subcommand log" -l as -d 'Act as this agent: for root, the desk\'s owner, and agents with admin' -r
complete -c postroom -n "__fish_postroom_using_subcommand log" -l now -d 'Take this instant (RFC 3339) for now; to write, only on a test desk [default: $POSTROOM_NOW]' -r
complete -c postroom -n "__fish_postroom_using_subcommand log" -l dropped -d 'Tell what rules dropped instead, mail by mail'
complete -c postroom -n "__fish_postroom_using_subcommand log" -l json -d 'Print a JSON object for each event, or for each mail'
complete -c postroom -n "__fish_postroom_using_subcommand log" -l timing -d 'Tell on stderr how long it took; not where a message is delivered'
complete -c postroom -n "__fish_postroom_using_subcommand log" -s h -l help -d 'Print help'
complete -c postroom -n "__fish_postroom_using_subcommand why" -l config -d 'The configuration of the desk [default: $POSTROOM_CONFIG, /etc/postroom/postroom.toml, ~/.config/postroom/postroom.toml]' -r -F
complete -c postroom -n "__fish_postroom_using_subcommand why" -l as -d 'Act as this agent: for root, the desk\'s owner, and agents with admin' -r
complete -c postroom -n "__fish_postroom_using_subcommand why" -l now -d 'Take this instant (RFC 3339) for now; to write, only on a test desk [default: $POSTROOM_NOW]' -r
complete -c postroom -n "__fish_postroom_using_subcommand why" -l json -d 'Print JSON objects'
complete -c postroom -n "__fish_postroom_using_subcommand why" -l timing -d 'Tell on stderr how long it took; not where a message is delivered'
complete -c postroom -n "__fish_postroom_using_subcommand why" -s h -l help -d 'Print help'
complete -c postroom -n "__fish_postroom_using_subcommand report" -l from -d 'First day, in the desk\'s zone [default: 30 days ago]' -r
complete -c postroom -n "__fish_postroom_using_subcommand report" -l to -d 'Last day, inclusive [default: today]' -r
complete -c postroom -n "__fish_postroom_using_subcommand report" -l config -d 'The configuration of the desk [default: $POSTROOM_CONFIG, /etc/postroom/postroom.toml, ~/.config/postroom/postroom.toml]' -r -F
complete -c postroom -n "__fish_postroom_using_subcommand report" -l as -d 'Act as this agent: for root, the desk\'s owner, and agents with admin' -r
complete -c postroom -n "__fish_postroom_using_subcommand report" -l now -d 'Take this instant (RFC 3339) for now; to write, only on a test desk [default: $POSTROOM_NOW]' -r
complete -c postroom -n "__fish_postroom_using_subcommand report" -l json -d 'Print one JSON object'
complete -c postroom -n "__fish_postroom_using_subcommand report" -l csv -d 'Print lines of section,inbox,key,measure,value'
complete -c postroom -n "__fish_postroom_using_subcommand report" -l timing -d 'Tell on stderr how long it took; not where a message is delivered'
complete -c postroom -n "__fish_postroom_using_subcommand report" -s h -l help -d 'Print help'
complete -c postroom -n "__fish_postroom_using_subcommand purge" -l dropped -d 'Forget whose the mails were that rules dropped: those of a sender, or one by its Message-ID' -r
complete -c postroom -n "__fish_postroom_using_subcommand purge" -l config -d 'The configuration of the desk [default: $POSTROOM_CONFIG, /etc/postroom/postroom.toml, ~/.config/postroom/postroom.toml]' -r -F
complete -c postroom -n "__fish_postroom_using_subcommand purge" -l as -d 'Act as this agent: for root, the desk\'s owner, and agents with admin' -r
complete -c postroom -n "__fish_postroom_using_subcommand purge" -l now -d 'Take this instant (RFC 3339) for now; to write, only on a test desk [default: $POSTROOM_NOW]' -r
complete -c postroom -n "__fish_postroom_using_subcommand purge" -l dry-run -d 'Forget nothing; print what would be done'
complete -c postroom -n "__fish_postroom_using_subcommand purge" -l vacuum -d 'Write the database anew, so that the file holds no piece of it either; mail waits meanwhile'
complete -c postroom -n "__fish_postroom_using_subcommand purge" -l yes -d 'Go on although it is more than 500 conversations'
complete -c postroom -n "__fish_postroom_using_subcommand purge" -s q -l quiet -d 'Say nothing'
complete -c postroom -n "__fish_postroom_using_subcommand purge" -l json -d 'Print a JSON object for each event'
complete -c postroom -n "__fish_postroom_using_subcommand purge" -l timing -d 'Tell on stderr how long it took; not where a message is delivered'
complete -c postroom -n "__fish_postroom_using_subcommand purge" -s h -l help -d 'Print help'
complete -c postroom -n "__fish_postroom_using_subcommand check" -l config -d 'The configuration of the desk [default: $POSTROOM_CONFIG, /etc/postroom/postroom.toml, ~/.config/postroom/postroom.toml]' -r -F
complete -c postroom -n "__fish_postroom_using_subcommand check" -l as -d 'Act as this agent: for root, the desk\'s owner, and agents with admin' -r
complete -c postroom -n "__fish_postroom_using_subcommand check" -l now -d 'Take this instant (RFC 3339) for now; to write, only on a test desk [default: $POSTROOM_NOW]' -r
complete -c postroom -n "__fish_postroom_using_subcommand check" -l rebuild -d 'Only fold all events into an empty copy, and compare every column'
complete -c postroom -n "__fish_postroom_using_subcommand check" -l delivery -d 'Tell whether mail can come in the way this command was started: put it in place of \'ingest\''
complete -c postroom -n "__fish_postroom_using_subcommand check" -s q -l quiet -d 'Say nothing when all is well'
complete -c postroom -n "__fish_postroom_using_subcommand check" -l json -d 'Print a JSON object for each finding'
complete -c postroom -n "__fish_postroom_using_subcommand check" -l timing -d 'Tell on stderr how long it took; not where a message is delivered'
complete -c postroom -n "__fish_postroom_using_subcommand check" -s h -l help -d 'Print help'
complete -c postroom -n "__fish_postroom_using_subcommand help; and not __fish_seen_subcommand_from init ingest inspect list show route assign tag set note close open merge undo do reply autoreply send sweep log why report purge check help" -f -a "init" -d 'Make a desk: its directory, configuration, store and keys'
complete -c postroom -n "__fish_postroom_using_subcommand help; and not __fish_seen_subcommand_from init ingest inspect list show route assign tag set note close open merge undo do reply autoreply send sweep log why report purge check help" -f -a "ingest" -d 'Take in messages: one on stdin, or those of files, trees, Maildirs and mbox files'
complete -c postroom -n "__fish_postroom_using_subcommand help; and not __fish_seen_subcommand_from init ingest inspect list show route assign tag set note close open merge undo do reply autoreply send sweep log why report purge check help" -f -a "inspect" -d 'Tell what is seen in messages: fields, class, evidence, text'
complete -c postroom -n "__fish_postroom_using_subcommand help; and not __fish_seen_subcommand_from init ingest inspect list show route assign tag set note close open merge undo do reply autoreply send sweep log why report purge check help" -f -a "list" -d 'List conversations, most recently changed first'
complete -c postroom -n "__fish_postroom_using_subcommand help; and not __fish_seen_subcommand_from init ingest inspect list show route assign tag set note close open merge undo do reply autoreply send sweep log why report purge check help" -f -a "show" -d 'Show a conversation, or a message with its bytes'
complete -c postroom -n "__fish_postroom_using_subcommand help; and not __fish_seen_subcommand_from init ingest inspect list show route assign tag set note close open merge undo do reply autoreply send sweep log why report purge check help" -f -a "route" -d 'Run the rules on arrivals that no rule has seen yet'
complete -c postroom -n "__fish_postroom_using_subcommand help; and not __fish_seen_subcommand_from init ingest inspect list show route assign tag set note close open merge undo do reply autoreply send sweep log why report purge check help" -f -a "assign" -d 'Say who must act: an agent, team:NAME, me or none'
complete -c postroom -n "__fish_postroom_using_subcommand help; and not __fish_seen_subcommand_from init ingest inspect list show route assign tag set note close open merge undo do reply autoreply send sweep log why report purge check help" -f -a "tag" -d 'Put labels on and take them off'
complete -c postroom -n "__fish_postroom_using_subcommand help; and not __fish_seen_subcommand_from init ingest inspect list show route assign tag set note close open merge undo do reply autoreply send sweep log why report purge check help" -f -a "set" -d 'Give values to fields'
complete -c postroom -n "__fish_postroom_using_subcommand help; and not __fish_seen_subcommand_from init ingest inspect list show route assign tag set note close open merge undo do reply autoreply send sweep log why report purge check help" -f -a "note" -d 'Write a note, which no participant ever sees'
complete -c postroom -n "__fish_postroom_using_subcommand help; and not __fish_seen_subcommand_from init ingest inspect list show route assign tag set note close open merge undo do reply autoreply send sweep log why report purge check help" -f -a "close" -d 'Say that it is done'
complete -c postroom -n "__fish_postroom_using_subcommand help; and not __fish_seen_subcommand_from init ingest inspect list show route assign tag set note close open merge undo do reply autoreply send sweep log why report purge check help" -f -a "open" -d 'Say that it is not done'
complete -c postroom -n "__fish_postroom_using_subcommand help; and not __fish_seen_subcommand_from init ingest inspect list show route assign tag set note close open merge undo do reply autoreply send sweep log why report purge check help" -f -a "merge" -d 'Make one conversation of several; both numbers stay valid'
complete -c postroom -n "__fish_postroom_using_subcommand help; and not __fish_seen_subcommand_from init ingest inspect list show route assign tag set note close open merge undo do reply autoreply send sweep log why report purge check help" -f -a "undo" -d 'Take changes back: an event, all of a command, or the last of a conversation'
complete -c postroom -n "__fish_postroom_using_subcommand help; and not __fish_seen_subcommand_from init ingest inspect list show route assign tag set note close open merge undo do reply autoreply send sweep log why report purge check help" -f -a "do" -d 'Do several actions at once, or none of them'
complete -c postroom -n "__fish_postroom_using_subcommand help; and not __fish_seen_subcommand_from init ingest inspect list show route assign tag set note close open merge undo do reply autoreply send sweep log why report purge check help" -f -a "reply" -d 'Answer the contact: text from stdin, from $EDITOR, or a canned reply'
complete -c postroom -n "__fish_postroom_using_subcommand help; and not __fish_seen_subcommand_from init ingest inspect list show route assign tag set note close open merge undo do reply autoreply send sweep log why report purge check help" -f -a "autoreply" -d 'Answer by machine where an inbox says so, or tell why not'
complete -c postroom -n "__fish_postroom_using_subcommand help; and not __fish_seen_subcommand_from init ingest inspect list show route assign tag set note close open merge undo do reply autoreply send sweep log why report purge check help" -f -a "send" -d 'Hand queued mail to sendmail'
complete -c postroom -n "__fish_postroom_using_subcommand help; and not __fish_seen_subcommand_from init ingest inspect list show route assign tag set note close open merge undo do reply autoreply send sweep log why report purge check help" -f -a "sweep" -d 'Do what time brings: index mail, pack mail that rests'
complete -c postroom -n "__fish_postroom_using_subcommand help; and not __fish_seen_subcommand_from init ingest inspect list show route assign tag set note close open merge undo do reply autoreply send sweep log why report purge check help" -f -a "log" -d 'Tell what happened to conversations, event by event'
complete -c postroom -n "__fish_postroom_using_subcommand help; and not __fish_seen_subcommand_from init ingest inspect list show route assign tag set note close open merge undo do reply autoreply send sweep log why report purge check help" -f -a "why" -d 'Tell why a conversation, a message or an event is as it is'
complete -c postroom -n "__fish_postroom_using_subcommand help; and not __fish_seen_subcommand_from init ingest inspect list show route assign tag set note close open merge undo do reply autoreply send sweep log why report purge check help" -f -a "report" -d 'Report volume, response and resolution times, backlog and load'
complete -c postroom -n "__fish_postroom_using_subcommand help; and not __fish_seen_subcommand_from init ingest inspect list show route assign tag set note close open merge undo do reply autoreply send sweep log why report purge check help" -f -a "purge" -d 'Forget conversations for good: texts, mail, and who took part'
complete -c postroom -n "__fish_postroom_using_subcommand help; and not __fish_seen_subcommand_from init ingest inspect list show route assign tag set note close open merge undo do reply autoreply send sweep log why report purge check help" -f -a "check" -d 'Prove that the desk is sound, or name what is not'
complete -c postroom -n "__fish_postroom_using_subcommand help; and not __fish_seen_subcommand_from init ingest inspect list show route assign tag set note close open merge undo do reply autoreply send sweep log why report purge check help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
