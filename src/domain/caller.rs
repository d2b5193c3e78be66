//! Who hands mail to a command, and what becomes of the mail by the command's exit status.

/// A program that may have started us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its name, as the system tells it.
    pub name: String,
    /// Its command line.
    pub words: Vec<String>,
}

/// A program that hands mail to commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// Postfix pipe(8).
    Pipe,
    /// Postfix local(8): an alias, a .forward file, a `mailbox_command`.
    Local,
    /// Exim, by a pipe transport.
    Exim,
    /// OpenSMTPD, by an mda action.
    OpenSmtpd,
    /// Sendmail, by its prog mailer.
    Sendmail,
    /// procmail.
    Procmail,
    /// maildrop.
    Maildrop,
    /// Dovecot, by Sieve.
    Sieve,
    /// fdm.
    Fdm,
    /// fetchmail.
    Fetchmail,
    /// getmail.
    Getmail,
    /// cron.
    Cron,
    /// A person at a shell.
    Person,
}

/// What a caller does with a mail, each in a few words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Habits {
    /// After exit 0.
    pub done: &'static str,
    /// After exit 75.
    pub try_again: &'static str,
    /// After any other exit status.
    pub other: &'static str,
    /// When a signal ended the command.
    pub killed: &'static str,
    /// When the command takes too long.
    pub late: &'static str,
}

/// What stands between a caller and us without a will of its own.
const BETWEEN: [&str; 9] =
    ["sh", "dash", "bash", "ash", "busybox", "env", "smrsh", "timeout", "postroom"];

impl Caller {
    /// The caller, from those who started us, nearest first; else from the names of variables that
    /// it sets.
    #[must_use]
    pub fn guess(ancestors: &[Process], variables: &[&str]) -> Option<Caller> {
        let nearest = ancestors.iter().find(|process| !BETWEEN.contains(&process.name.as_str()));
        let known = ancestors.iter().find_map(Caller::of);
        // A shell that somebody types in is no caller, though cron may have started all of it.
        let typed = nearest.is_none() && !ancestors.is_empty();
        known.or_else(|| Caller::by(variables)).or(typed.then_some(Caller::Person))
    }

    fn of(process: &Process) -> Option<Caller> {
        let script = process.words.iter().skip(1).find_map(|word| word.rsplit('/').next());
        let name = match process.name.as_str() {
            python if python.starts_with("python") => script.unwrap_or_default(),
            name => name,
        };
        Some(match name {
            "pipe" => Caller::Pipe,
            "local" => Caller::Local,
            "exim4" | "exim" => Caller::Exim,
            "smtpd" => Caller::OpenSmtpd,
            "procmail" => Caller::Procmail,
            "maildrop" => Caller::Maildrop,
            "lmtp" | "dovecot-lda" | "deliver" => Caller::Sieve,
            "fdm" => Caller::Fdm,
            "fetchmail" => Caller::Fetchmail,
            "getmail" | "getmail6" => Caller::Getmail,
            "cron" | "crond" | "anacron" => Caller::Cron,
            "sshd" | "login" | "su" | "sudo" | "doas" | "tmux" | "screen" => Caller::Person,
            name if name.starts_with("sendmail") => Caller::Sendmail,
            _ => return None,
        })
    }

    fn by(variables: &[&str]) -> Option<Caller> {
        let set = |name| variables.contains(&name);
        let table = [
            (set("PROCMAIL_VERSION"), Caller::Procmail),
            (set("ORIG_RECIPIENT"), Caller::Sieve),
            (set("LOCAL_PART"), Caller::Exim),
            (set("ORIGINAL_RECIPIENT") && set("CLIENT_ADDRESS"), Caller::Local),
            (set("ORIGINAL_RECIPIENT"), Caller::OpenSmtpd),
        ];
        table.into_iter().find_map(|(holds, caller)| holds.then_some(caller))
    }

    /// Its name for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Caller::Pipe => "Postfix pipe(8)",
            Caller::Local => "Postfix local(8)",
            Caller::Exim => "Exim",
            Caller::OpenSmtpd => "OpenSMTPD",
            Caller::Sendmail => "Sendmail",
            Caller::Procmail => "procmail",
            Caller::Maildrop => "maildrop",
            Caller::Sieve => "Dovecot Sieve",
            Caller::Fdm => "fdm",
            Caller::Fetchmail => "fetchmail",
            Caller::Getmail => "getmail",
            Caller::Cron => "cron",
            Caller::Person => "a person",
        }
    }

    /// What it does with the mail.
    #[must_use]
    pub fn habits(self) -> Habits {
        const DELIVERED: &str = "delivered";
        const QUEUED: &str = "stays in the queue, tried again";
        const BOUNCED: &str = "bounced to the sender";
        const ON_SERVER: &str = "stays on the server, fetched again";
        const NOTHING: &str = "nothing";
        match self {
            Caller::Pipe | Caller::Local => Habits {
                done: DELIVERED,
                try_again: QUEUED,
                other: BOUNCED,
                killed: QUEUED,
                late: "killed and bounced after command_time_limit, 1000 s",
            },
            Caller::Exim => Habits {
                done: DELIVERED,
                try_again: QUEUED,
                other: "bounced to the sender, without 'temp_errors = *'",
                killed: "bounced to the sender; frozen with 'freeze_signal'",
                late: "killed after 'timeout', and bounced without 'timeout_defer'",
            },
            Caller::OpenSmtpd => Habits {
                done: DELIVERED,
                try_again: QUEUED,
                other: BOUNCED,
                killed: QUEUED,
                late: "killed after 300 s, tried again",
            },
            Caller::Sendmail => Habits {
                done: DELIVERED,
                try_again: QUEUED,
                other: BOUNCED,
                killed: QUEUED,
                late: "waits",
            },
            Caller::Procmail => Habits {
                done: "next recipe for a filter, else delivered",
                try_again: "next recipe, at last delivered to $DEFAULT; the MTA tries again only by \
                            ':0 e { EXITCODE=75 HOST }' behind a recipe with 'w'",
                other: "the same",
                killed: "the same",
                late: "killed after TIMEOUT, 960 s, then the same",
            },
            Caller::Maildrop => Habits {
                done: DELIVERED,
                try_again: "'to' and 'xfilter': the MTA tries again",
                other: "'to': bounced by the MTA, without 'exception' and 'EXITCODE=75'",
                killed: "the same",
                late: "waits for its -w, else for ever",
            },
            Caller::Sieve => Habits {
                done: DELIVERED,
                try_again: "kept in INBOX, not tried again: cron has to look there",
                other: "the same",
                killed: "the same",
                late: "killed after sieve_pipe_exec_timeout, 10 s, then the same",
            },
            Caller::Fdm | Caller::Fetchmail => Habits {
                done: "taken off the server",
                try_again: ON_SERVER,
                other: ON_SERVER,
                killed: ON_SERVER,
                late: "waits",
            },
            Caller::Getmail => Habits {
                done: "taken off the server, if nothing was written to stderr",
                try_again: ON_SERVER,
                other: ON_SERVER,
                killed: ON_SERVER,
                late: "waits",
            },
            Caller::Cron | Caller::Person => Habits {
                done: NOTHING,
                try_again: NOTHING,
                other: NOTHING,
                killed: NOTHING,
                late: NOTHING,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(line: &&str) -> Process {
        let (name, words) = line.split_once(": ").unwrap_or((line, ""));
        let words = words.split_whitespace().map(str::to_owned).collect();
        Process { name: name.to_owned(), words }
    }

    #[test]
    fn who_called() {
        use Caller as C;
        for (ancestors, variables, wanted) in [
            (&["pipe", "master"][..], &[][..], Some(C::Pipe)),
            (&["sh", "local", "master"], &["ORIGINAL_RECIPIENT"], Some(C::Local)),
            (&["procmail", "local"], &[], Some(C::Procmail)),
            (&["sh", "maildrop", "local"], &[], Some(C::Maildrop)),
            (&["exim4", "exim4"], &[], Some(C::Exim)),
            (&["smtpd", "smtpd"], &[], Some(C::OpenSmtpd)),
            (&["sh", "smrsh", "sendmail-mta"], &[], Some(C::Sendmail)),
            (&["lmtp", "dovecot"], &[], Some(C::Sieve)),
            (&["dovecot-lda", "pipe", "master"], &[], Some(C::Sieve)),
            (&["sh", "fdm", "sh", "cron"], &[], Some(C::Fdm)),
            (&["sh", "fetchmail", "sh", "cron"], &[], Some(C::Fetchmail)),
            (&["getmail", "sh", "cron"], &[], Some(C::Getmail)),
            (&["python3: python3 /usr/bin/getmail --quiet", "cron"], &[], Some(C::Getmail)),
            (&["python3: python3 own.py", "cron"], &[], Some(C::Cron)),
            (&["sh", "cron"], &[], Some(C::Cron)),
            (&["bash", "sshd"], &[], Some(C::Person)),
            (&["sh", "bash"], &[], Some(C::Person)),
            (&["wrapper"], &["ORIG_RECIPIENT"], Some(C::Sieve)),
            (&[], &["LOCAL_PART", "RECIPIENT"], Some(C::Exim)),
            (&[], &["ORIGINAL_RECIPIENT", "CLIENT_ADDRESS"], Some(C::Local)),
            (&[], &["ORIGINAL_RECIPIENT"], Some(C::OpenSmtpd)),
            (&[], &["PROCMAIL_VERSION"], Some(C::Procmail)),
            (&["wrapper"], &[], None),
            (&[], &[], None),
        ] {
            let ancestors: Vec<Process> = ancestors.iter().map(process).collect();
            assert_eq!(Caller::guess(&ancestors, variables), wanted, "{ancestors:?} {variables:?}");
        }
    }
}
