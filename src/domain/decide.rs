//! What an action changes, or why it may not: one conversation, one action, one answer.

use super::access::{Directory, Level};
use super::action::{FieldValue, NoteText, Resolved, Setting, TagEdit};
use super::{
    Actor, AgentName, Assignee, Change, Conversation, FieldName, InboxName, Refusal, Status,
    TeamName, Time,
};

/// What a decision may look at besides the conversation.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The one clock reading of the command.
    pub now: Time,
    /// Who acts.
    pub actor: &'a Actor,
    /// How far they may go in the inbox of the conversation; see [`Directory::level_of`].
    pub level: Level,
    /// The agents and teams there are.
    pub directory: &'a Directory,
}

/// What shall happen, in order. Empty when everything is already as the action wants it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decision {
    /// The outcomes, in order.
    pub outcomes: Vec<Outcome>,
}

/// One thing that shall happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Record this change.
    Change(Change),
    /// Write this note, and record it as [`Change::Noted`].
    Note(NoteText),
    /// Run no further rule on this arrival.
    Stop,
}

/// The level an agent needs to be given a conversation: to answer for it, one must at least be
/// able to write down what was found and hand it on.
const TO_BE_ASSIGNED: Level = Level::Note;

/// Decides what the action does to the conversation as it stands.
///
/// # Errors
/// A [`Refusal`] when the level does not suffice, or the action names somebody who is not there
/// or cannot act.
pub fn decide(c: &Conversation, a: &Resolved, cx: &Context<'_>) -> Result<Decision, Refusal> {
    let verb = a.verb();
    if cx.level < verb.needs {
        return Err(Refusal::NotAllowed(format!(
            "'{}' needs level '{}' in inbox {}, and {} has '{}': ask somebody who has it",
            verb.word, verb.needs, c.inbox, cx.actor, cx.level
        )));
    }
    let outcomes = match a {
        Resolved::Assign(who) => changes(assign(c, who.as_ref(), cx.directory)?),
        Resolved::Tag(edits) => changes(edits.iter().filter_map(|edit| tag(c, edit))),
        Resolved::Set(settings) => changes(settings.iter().filter_map(|s| set(c, s))),
        Resolved::Close => changes(status(c, Status::Closed)),
        Resolved::Open => changes(status(c, Status::Open)),
        Resolved::Note(text) => vec![Outcome::Note(text.clone())],
        Resolved::Stop => vec![Outcome::Stop],
    };
    Ok(Decision { outcomes })
}

fn changes(changes: impl IntoIterator<Item = Change>) -> Vec<Outcome> {
    changes.into_iter().map(Outcome::Change).collect()
}

fn status(c: &Conversation, new: Status) -> Option<Change> {
    (c.status != new).then_some(Change::StatusSet { old: c.status, new })
}

fn tag(c: &Conversation, edit: &TagEdit) -> Option<Change> {
    (c.tags.contains(&edit.tag) != edit.on)
        .then(|| Change::TagSet { tag: edit.tag.clone(), on: edit.on })
}

fn set(c: &Conversation, setting: &Setting) -> Option<Change> {
    match setting {
        Setting::Priority(new) => {
            (c.priority != *new).then_some(Change::PrioritySet { old: c.priority, new: *new })
        }
        Setting::Field { name, value } => field(c, name, value.as_ref().map(FieldValue::as_str)),
    }
}

fn field(c: &Conversation, name: &FieldName, new: Option<&str>) -> Option<Change> {
    let old = c.fields.get(name);
    (old.map(String::as_str) != new).then(|| Change::FieldSet {
        name: name.clone(),
        old: old.cloned(),
        new: new.map(str::to_owned),
    })
}

fn assign(
    c: &Conversation,
    new: Option<&Assignee>,
    directory: &Directory,
) -> Result<Option<Change>, Refusal> {
    if c.assignee.as_ref() == new {
        return Ok(None);
    }
    match new {
        Some(Assignee::Agent(agent)) => agent_can_act(agent, &c.inbox, directory)?,
        Some(Assignee::Team(team)) => team_can_act(team, &c.inbox, directory)?,
        None => {}
    }
    Ok(Some(Change::Assigned { old: c.assignee.clone(), new: new.cloned() }))
}

fn can_act(agent: &AgentName, inbox: &InboxName, directory: &Directory) -> bool {
    directory.level(agent, inbox).is_some_and(|level| level >= TO_BE_ASSIGNED)
}

fn agent_can_act(
    agent: &AgentName,
    inbox: &InboxName,
    directory: &Directory,
) -> Result<(), Refusal> {
    if !directory.agents.contains_key(agent) {
        let team = agent.as_str().parse::<TeamName>().ok();
        let hint = match team.filter(|team| directory.teams.contains_key(team)) {
            Some(team) => format!("; for the team write team:{team}"),
            None => format!(": add [agent.{agent}] to the configuration, or name another"),
        };
        return Err(Refusal::NotFound(format!("there is no agent {agent}{hint}")));
    }
    if can_act(agent, inbox, directory) {
        return Ok(());
    }
    Err(Refusal::No(format!(
        "{agent} cannot act in inbox {inbox}: give {agent} at least '{TO_BE_ASSIGNED}' there in \
         the configuration, or assign somebody else"
    )))
}

fn team_can_act(team: &TeamName, inbox: &InboxName, directory: &Directory) -> Result<(), Refusal> {
    let Some(agents) = directory.teams.get(team) else {
        return Err(Refusal::NotFound(format!(
            "there is no team {team}: add [team.{team}] to the configuration, or name another"
        )));
    };
    if agents.iter().any(|agent| can_act(agent, inbox, directory)) {
        return Ok(());
    }
    Err(Refusal::No(format!(
        "nobody of team {team} can act in inbox {inbox}: give one of them at least \
         '{TO_BE_ASSIGNED}' there in the configuration, or assign another team"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::action::{Action, Origin};
    use crate::domain::{Number, Priority};

    /// anna may do everything in support, bram write notes, carl read; team pair is bram and
    /// carl, team readers is carl, team anna is anna.
    fn directory() -> Directory {
        let name = |word: &str| word.parse::<AgentName>().unwrap();
        let support = |level| [("support".parse().unwrap(), level)].into();
        let team = |word: &str, agents: &[&str]| {
            (word.parse().unwrap(), agents.iter().map(|agent| name(agent)).collect())
        };
        Directory {
            agents: [
                (name("anna"), support(Level::Full)),
                (name("bram"), support(Level::Note)),
                (name("carl"), support(Level::Read)),
                (name("dora"), [("sales".parse().unwrap(), Level::Full)].into()),
            ]
            .into(),
            teams: [
                team("pair", &["bram", "carl"]),
                team("readers", &["carl"]),
                team("crew", &["anna"]),
            ]
            .into(),
            steward: None,
        }
    }

    fn pending() -> Conversation {
        let mut c = Conversation::new(Number(1), "support".parse().unwrap(), Time(0));
        c.status = Status::Pending;
        c.assignee = Some(Assignee::Agent("anna".parse().unwrap()));
        c.tags.insert("new".parse().unwrap());
        c.fields.insert("order".parse().unwrap(), "7".into());
        c
    }

    fn at_level(level: Level, text: &str) -> Result<Vec<Outcome>, Refusal> {
        let action = Action::parse(text, Origin::Rule).unwrap().remove(0).resolve(None)?;
        let (actor, directory) = (Actor::Postroom, directory());
        let cx = Context { now: Time(9), actor: &actor, level, directory: &directory };
        decide(&pending(), &action, &cx).map(|decision| decision.outcomes)
    }

    #[test]
    fn what_changes() {
        let status = |new| Change::StatusSet { old: Status::Pending, new };
        let assigned = |new: Option<&str>| Change::Assigned {
            old: pending().assignee,
            new: new.map(|word| word.parse().unwrap()),
        };
        let tag = |tag: &str, on| Change::TagSet { tag: tag.parse().unwrap(), on };
        let order = |new: Option<&str>| Change::FieldSet {
            name: "order".parse().unwrap(),
            old: Some("7".into()),
            new: new.map(str::to_owned),
        };
        let high = Change::PrioritySet { old: Priority::Normal, new: Priority::High };
        for (text, wanted) in [
            ("assign bram", vec![assigned(Some("bram"))]),
            ("assign team:pair", vec![assigned(Some("team:pair"))]),
            ("assign none", vec![assigned(None)]),
            ("assign anna", vec![]),
            ("tag +billing +new -old", vec![tag("billing", true)]),
            ("tag -new", vec![tag("new", false)]),
            ("set order=8 priority=high", vec![order(Some("8")), high]),
            ("set order=", vec![order(None)]),
            ("set order=7 priority=normal colour=", vec![]),
            ("close", vec![status(Status::Closed)]),
            ("open", vec![status(Status::Open)]),
        ] {
            let wanted: Vec<Outcome> = wanted.into_iter().map(Outcome::Change).collect();
            assert_eq!(at_level(Level::Full, text), Ok(wanted), "{text}");
        }
        assert_eq!(
            at_level(Level::Full, "note hello"),
            Ok(vec![Outcome::Note("hello".parse().unwrap())])
        );
        assert_eq!(at_level(Level::Read, "stop"), Ok(vec![Outcome::Stop]));
    }

    #[test]
    fn status_of_each_kind() {
        let (actor, directory) = (Actor::Postroom, directory());
        let cx = Context { now: Time(9), actor: &actor, level: Level::Full, directory: &directory };
        let snoozed = Status::Snoozed { until: Time(99), keep_on_reply: true };
        for old in [Status::Open, Status::Pending, snoozed, Status::Closed, Status::Spam] {
            for (action, new) in [(Resolved::Close, Status::Closed), (Resolved::Open, Status::Open)]
            {
                let c = Conversation { status: old, ..pending() };
                let change = Outcome::Change(Change::StatusSet { old, new });
                let wanted = if old == new { vec![] } else { vec![change] };
                assert_eq!(decide(&c, &action, &cx).unwrap().outcomes, wanted, "{old} {new}");
            }
        }
    }

    #[test]
    fn refusals_say_what_to_do() {
        let no = |text: &str| match at_level(Level::Full, text).unwrap_err() {
            Refusal::No(why) => why,
            other => panic!("{text}: {other:?}"),
        };
        let not_found = |text: &str| match at_level(Level::Full, text).unwrap_err() {
            Refusal::NotFound(why) => why,
            other => panic!("{text}: {other:?}"),
        };
        assert!(no("assign carl").contains("give carl at least 'note'"));
        assert!(no("assign dora").contains("inbox support"));
        assert!(no("assign team:readers").contains("nobody of team readers"));
        assert!(not_found("assign zoe").contains("add [agent.zoe]"));
        assert!(not_found("assign crew").contains("write team:crew"));
        assert!(not_found("assign team:ops").contains("add [team.ops]"));
    }

    #[test]
    fn each_action_needs_its_level() {
        for (text, needs) in [
            ("assign bram", Level::Note),
            ("tag +x", Level::Note),
            ("set order=", Level::Note),
            ("note x", Level::Note),
            ("close", Level::SendOnBehalf),
            ("open", Level::SendOnBehalf),
            ("stop", Level::Read),
        ] {
            for level in Level::ALL {
                let answer = at_level(level, text);
                if level < needs {
                    let Err(Refusal::NotAllowed(why)) = answer else { panic!("{text} {level}") };
                    assert!(why.contains(needs.as_str()), "{why}");
                } else {
                    assert!(answer.is_ok(), "{text} {level}");
                }
            }
        }
    }
}
