use std::path::Path;

use super::*;
use crate::config;
use crate::mail::parse;

/// R23, R27: the first address that names an inbox decides, and the first one known is recorded.
#[test]
fn whom_a_mail_is_for() {
    let text = "[desk]\ntimezone = \"UTC\"\nsendmail = \"/bin/true\"\nfallback = \"unsorted\"\n\n[inbox.unsorted]\naddress = [\"unsorted@example.org\"]\n\n\
         [inbox.support]\naddress = [\"support@example.org\"]\n\n\
         [inbox.sales]\naddress = [\"sales@example.org\", \"on-sale@example.org\"]\n";
    let (config, _) = config::parse(Path::new("postroom.toml"), text.to_owned()).unwrap();
    let (old, support) = ("helpdesk@old.example", "support@example.org");
    for (told, extension, header, wanted) in [
        (
            vec![],
            "",
            "X-Original-To: helpdesk@old.example\nDelivered-To: support@example.org\n",
            "support helpdesk@old.example",
        ),
        (
            vec![],
            "",
            "Delivered-To: box77@isp.example\nTo: sales@example.org\n",
            "sales box77@isp.example",
        ),
        (vec![old, support], "", "To: sales@example.org\n", "support helpdesk@old.example"),
        (
            vec![old],
            "",
            "Delivered-To: support@example.org\nTo: sales@example.org\n",
            "support helpdesk@old.example",
        ),
        (vec![support], "", "To: sales@example.org\n", "support support@example.org"),
        (vec![old], "", "To: x@example.com\n", "unsorted helpdesk@old.example (fallback)"),
        (vec![], "", "To: x@example.com\n", "unsorted - (fallback)"),
        (
            vec![],
            "",
            "To: sales@example.org, x@example.com\nCc: support@example.org, on-sale@example.org\n",
            "sales sales@example.org, support support@example.org",
        ),
        (vec!["sales-bar@example.org"], "bar", "", "sales sales-bar@example.org"),
        (vec!["sales-a-b@example.org"], "a-b", "", "sales sales-a-b@example.org"),
        (vec!["sales-bar@example.org"], "ar", "", "unsorted sales-bar@example.org (fallback)"),
        (vec!["sales-bar@example.org"], "", "", "unsorted sales-bar@example.org (fallback)"),
        (vec!["on-sale@example.org"], "sale", "", "sales on-sale@example.org"),
        (vec!["-bar@example.org"], "bar", "", "unsorted - (fallback)"),
    ] {
        let envelope = Envelope {
            recipients: told.iter().filter_map(|word| word.parse().ok()).collect(),
            extension: Some(extension.to_owned()).filter(|word| !word.is_empty()),
            ..Envelope::default()
        };
        let found =
            targets(&config, &envelope, &parse(format!("{header}\nx\n").as_bytes())).unwrap();
        let found: Vec<String> = found
            .iter()
            .map(|target| {
                let recipient = target.recipient.as_ref().map_or("-", Address::as_str);
                let fallback = if target.is_fallback { " (fallback)" } else { "" };
                format!("{} {recipient}{fallback}", target.inbox)
            })
            .collect();
        assert_eq!(found.join(", "), wanted, "{told:?} {header}");
    }
}
