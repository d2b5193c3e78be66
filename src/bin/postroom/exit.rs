//! Exit statuses, in their one place (DESIGN section 5).

use std::io::Write;
use std::process::ExitCode;

use postroom::desk::{Failure, Kind};
use postroom::domain::barrier::Code;
use postroom::domain::located::shortened;
use postroom::host::lock::LockError;
use postroom::store::OpenError;

use crate::delivery::WiredWrong;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Done = 0,
    No = 1,
    Usage = 64,
    Data = 65,
    NoInput = 66,
    Unknown = 67,
    Sendmail = 69,
    Bug = 70,
    TryAgain = 75,
    NotAllowed = 77,
    Config = 78,
}

/// A rule of the administrator refuses a mail.
impl From<Code> for Exit {
    fn from(code: Code) -> Exit {
        match code {
            Code::NoUser => Exit::Unknown,
            Code::Unavailable => Exit::Sendmail,
            Code::NotAllowed => Exit::NotAllowed,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

impl From<Kind> for Exit {
    fn from(kind: Kind) -> Exit {
        match kind {
            Kind::No => Exit::No,
            Kind::Usage => Exit::Usage,
            Kind::Data => Exit::Data,
            Kind::NoInput => Exit::NoInput,
            Kind::Unknown => Exit::Unknown,
            Kind::Sendmail => Exit::Sendmail,
            Kind::TryAgain => Exit::TryAgain,
            Kind::NotAllowed => Exit::NotAllowed,
            Kind::Config => Exit::Config,
        }
    }
}

/// The status that an error stands for.
pub(crate) fn of(error: &anyhow::Error) -> Exit {
    for cause in error.chain() {
        if let Some(failure) = cause.downcast_ref::<Failure>() {
            return failure.kind.into();
        }
        if let Some(open) = cause.downcast_ref::<OpenError>() {
            return match open {
                OpenError::Sqlite { .. } | OpenError::NoRoom(_) | OpenError::ReadOnlyDisk(_) => {
                    Exit::TryAgain
                }
                _ => Exit::Config,
            };
        }
        if cause.is::<LockError>()
            || cause.is::<postroom::store::SqlError>()
            || cause.is::<std::io::Error>()
            || cause.is::<WiredWrong>()
        {
            return Exit::TryAgain;
        }
    }
    Exit::Bug
}

/// Tells a person what went wrong. A reader who left early is no failure.
pub(crate) fn report(error: &anyhow::Error) -> Exit {
    let broken_pipe = error.chain().filter_map(|cause| cause.downcast_ref::<std::io::Error>());
    if broken_pipe.into_iter().any(|error| error.kind() == std::io::ErrorKind::BrokenPipe) {
        return Exit::Done;
    }
    if let Some(usage) = error.downcast_ref::<clap::Error>() {
        return usage_error(usage);
    }
    // Nobody is there to be told of a closed stderr.
    let _ = writeln!(std::io::stderr(), "postroom: {error:#}");
    of(error)
}

fn usage_error(error: &clap::Error) -> Exit {
    if !error.use_stderr() {
        let _ = error.print();
        return Exit::Done;
    }
    let _ = write!(std::io::stderr(), "postroom: {}", usage_words(error));
    Exit::Usage
}

/// What is wrong with the options and arguments, without the word that clap puts in front.
pub(crate) fn usage_words(error: &clap::Error) -> String {
    let words = error.to_string();
    let words = words.strip_prefix("error: ").unwrap_or(&words);
    words.split('\n').map(shortened).collect::<Vec<_>>().join("\n")
}
