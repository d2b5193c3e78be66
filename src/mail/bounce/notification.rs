//! Notifications of Amazon SES that come by mail through SNS: one JSON object, and a footer.

use serde::Deserialize;

use super::reason;
use crate::domain::Signal;
use crate::domain::bounce::{Action, Outcome, Status};
use crate::mail::clean;

/// What every notification begins with, older and newer ones.
const BEGINNINGS: [&str; 2] = ["{\"notificationType\":", "{\"eventType\":"];

#[derive(Deserialize)]
struct Notification {
    #[serde(alias = "notificationType", alias = "eventType")]
    kind: String,
    #[serde(default)]
    bounce: Recipients,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Recipients {
    #[serde(rename = "bouncedRecipients")]
    recipients: Vec<Recipient>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recipient {
    email_address: String,
    status: Option<String>,
    diagnostic_code: Option<String>,
}

/// Reads a text as a notification; none when it is none, or one of mail that was delivered.
pub(super) fn read(text: &str) -> Option<(Signal, Vec<Outcome>)> {
    let text = text.trim_start();
    if !BEGINNINGS.iter().any(|beginning| text.starts_with(beginning)) {
        return None;
    }
    // Long lines were broken on their way, within words of the JSON.
    let text = text.replace('\n', "");
    let mut values = serde_json::Deserializer::from_str(&text).into_iter::<Notification>();
    let read = values.next()?.ok()?;
    match read.kind.as_str() {
        "Bounce" => {
            Some((Signal::Bounce, read.bounce.recipients.iter().filter_map(outcome).collect()))
        }
        // A complaint names the reader who complains: nothing became of the mail but that.
        "Complaint" => Some((Signal::AbuseReport, Vec::new())),
        _ => None,
    }
}

fn outcome(recipient: &Recipient) -> Option<Outcome> {
    let said = recipient.diagnostic_code.as_deref().unwrap_or_default();
    let code = recipient.status.as_deref().and_then(reason::code).or_else(|| reason::code(said));
    Some(Outcome {
        recipient: super::mark::address(&recipient.email_address)?,
        original: None,
        action: Action::Failed,
        status: code.map(Status::Stated).or_else(|| reason::derived(said, Action::Failed)),
        diagnostic: Some(clean::line(clean::cut(said, reason::LONGEST))).filter(|s| !s.is_empty()),
    })
}
