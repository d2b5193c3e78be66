use proptest::prelude::*;

use super::*;

const BOTH: [Origin; 2] = [Origin::CommandLine, Origin::Rule];

#[test]
fn texts_read_and_print() {
    for (text, printed) in [
        ("assign anna", "assign anna"),
        ("assign team:finance", "assign team:finance"),
        ("assign none", "assign none"),
        ("tag billing -new +billing", "tag +billing -new"),
        ("set priority=high order=7 colour=", "set priority=high order=7 colour="),
        ("set colour='  dark red '", "set colour='dark red'"),
        ("set colour=' '", "set colour="),
        ("set owner=\"it's\"", "set owner=\"it's\""),
        ("set url=a=b", "set url=a=b"),
        (" close ; ", "close"),
        ("open", "open"),
        ("note rang  her", "note 'rang her'"),
        ("note 'rang  her; no answer'", "note 'rang  her; no answer'"),
        ("note 'a\r\nb\r'", "note 'a\nb'"),
        ("close; note done; tag -new", "close; note done; tag -new"),
    ] {
        for origin in BOTH {
            let actions = Action::parse(text, origin).unwrap();
            let texts: Vec<String> = actions.iter().map(ToString::to_string).collect();
            assert_eq!(texts.join("; "), printed, "{text}");
        }
    }
}

#[test]
fn errors_say_where_and_what_to_do() {
    for (text, at, what) in [
        ("", 0, "such as 'assign anna'"),
        (" ; ", 3, "such as 'assign anna'"),
        ("asign anna", 0, "use one of assign, tag, set, close, open, note"),
        ("do close", 0, "is not an action"),
        ("stop", 0, "it is for rules"),
        ("assign", 6, "write assign AGENT | team:TEAM | me | none"),
        ("assign anna bram", 12, "'bram' is one word too many"),
        ("assign 142", 7, "digits only"),
        ("assign team:", 7, "it is empty"),
        ("tag", 3, "write tag +TAG"),
        ("tag +a -a", 7, "with + and with -"),
        ("tag +é --b", 8, "must begin with"),
        ("set", 3, "write set NAME=VALUE"),
        ("set order", 4, "no '='"),
        ("set a=1 a=2", 8, "set twice"),
        ("set priority=", 4, "low, normal, high or urgent"),
        ("set priority=High", 4, "low, normal, high or urgent"),
        ("set status=closed", 4, "use close or open"),
        ("set a='x\ny'", 4, "one line"),
        ("set 7=x", 4, "digits only"),
        ("close now", 6, "'now' is one word too many: write close"),
        ("note", 4, "write note 'TEXT'"),
        ("note ' \n'", 5, "the note is empty"),
        ("note a\0b", 5, "NUL"),
        ("close; note 'x", 12, "not closed"),
    ] {
        let wrong = Action::parse(text, Origin::CommandLine).unwrap_err();
        assert_eq!(wrong.offset, at, "{text}: {wrong}");
        assert!(wrong.message.contains(what), "{text}: {wrong}");
    }
}

#[test]
fn a_rule_is_no_person() {
    assert_eq!(Action::parse("stop", Origin::Rule).unwrap(), [Action::Stop]);
    let wrong = Action::parse("assign me", Origin::Rule).unwrap_err();
    assert_eq!((wrong.offset, wrong.message.contains("no 'me'")), (7, true));
}

#[test]
fn arguments_are_words_already() {
    let read = |words: &[&str]| parse(words, Origin::CommandLine);
    let note = |text: &str| Action::Note(text.parse().unwrap());
    assert_eq!(read(&["note", "it's; \"so\""]).unwrap(), [note("it's; \"so\"")]);
    assert_eq!(read(&["note", "rang", "her"]).unwrap(), [note("rang her")]);
    assert_eq!(
        read(&["do", "close; open", "note 'a b'"]).unwrap(),
        [Action::Close, Action::Open, note("a b")]
    );
    for (words, at) in [
        (&[][..], 0),
        (&["do"], 2),
        (&["do", " "], 4),
        (&["tag", "+a", "+b c"], 7),
        (&["do", "close", "assign 7"], 16),
        (&["do", "do close"], 3),
    ] {
        assert_eq!(read(words).unwrap_err().offset, at, "{words:?}");
    }
}

#[test]
fn me_is_the_one_who_asks() {
    let anna: AgentName = "anna".parse().unwrap();
    let me = Action::Assign(Who::Me);
    let named = Action::Assign(Some(Assignee::Agent(anna.clone())));
    assert_eq!(me.resolve(Some(&anna)), Ok(named));
    assert!(matches!(me.resolve(None), Err(Refusal::NotFound(_))));
    assert_eq!(Action::Assign(Who::Nobody).resolve(None), Ok(Action::Assign(None)));
}

const PAGE: &str = include_str!("../../../man/postroom-actions.7");

#[test]
fn the_manual_page_knows_every_action() {
    for verb in Verb::ALL {
        assert!(PAGE.contains(&format!("\n.It Cm {}", verb.word)), "{}", verb.word);
        let row = format!("\n.It {} Ta ", verb.word);
        let row = PAGE.split_once(&row).unwrap().1.lines().next().unwrap();
        let cells: Vec<&str> = row.split(" Ta ").collect();
        for (cell, origin) in cells.iter().zip([Origin::CommandLine, Origin::Rule]) {
            assert_eq!(cell.starts_with("yes"), verb.origins.contains(&origin), "{}", verb.word);
        }
        if verb.needs > Level::Read {
            assert_eq!(cells[2], verb.needs.as_str(), "{}", verb.word);
        }
    }
}

#[test]
fn the_examples_of_the_manual_page_are_read() {
    let examples: Vec<&str> = PAGE.lines().filter(|line| line.starts_with("postroom ")).collect();
    assert_eq!(examples.len(), 6);
    for line in examples {
        let words = words::split(line).unwrap().remove(0);
        let mut words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        words.drain(..1); // postroom
        words.remove(1); // the selection
        assert!(parse(&words, Origin::CommandLine).is_ok(), "{line}");
    }
    let then = PAGE.split_once("then = [").unwrap().1.split_once(']').unwrap().0;
    let texts: Vec<&str> = then.split('"').skip(1).step_by(2).collect();
    assert_eq!(texts.len(), 5);
    for text in texts {
        assert!(Action::parse(text, Origin::Rule).is_ok(), "{text}");
    }
}

/// Anything that the parser can give, `me` and `stop` aside where `origin` forbids them.
fn actions(origin: Origin) -> impl Strategy<Value = Action> {
    let word = any::<String>();
    let name = "[a-zé][a-z0-9._/-]{0,6}";
    let text = prop_oneof![
        (name, word).prop_map(|(n, v)| format!("set {n}={}", words::quote(&v))),
        proptest::collection::vec(("[+-]?", name), 1..4).prop_map(|edits| {
            let edits: Vec<String> = edits.iter().map(|(sign, n)| format!("{sign}{n}")).collect();
            format!("tag {}", edits.join(" "))
        }),
        ("(team:)?", name).prop_map(|(team, n)| format!("assign {team}{n}")),
        word.prop_map(|text| format!("note {}", words::quote(&text))),
        "(close|open|stop|assign me|assign none|set priority=urgent)",
    ];
    text.prop_filter_map("not an action", move |text| {
        Action::parse(&text, origin).ok().and_then(|mut actions| actions.pop())
    })
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(
        rule in proptest::collection::vec(actions(Origin::Rule), 1..4),
        command in actions(Origin::CommandLine),
    ) {
        let text = rule.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        prop_assert_eq!(Action::parse(&text, Origin::Rule), Ok(rule));
        prop_assert_eq!(
            Action::parse(&command.to_string(), Origin::CommandLine),
            Ok(vec![command])
        );
    }

    #[test]
    fn any_text_is_read_or_refused_within(
        text in "(assign |tag |set |note |close|;|[ -~é'\"\\\\\n]){0,12}",
    ) {
        if let Err(wrong) = Action::parse(&text, Origin::CommandLine) {
            prop_assert!(text.is_char_boundary(wrong.offset), "{:?}", wrong);
        }
    }
}
