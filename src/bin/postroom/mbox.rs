//! How mbox files are read, for all commands that read them.

use anyhow::Result;
use clap::Args;
use postroom::desk::Failure;
use postroom::mail::mbox::Variant;

/// What says that files are mbox files, and of which variant.
#[derive(Debug, Args)]
#[group(skip)]
pub(crate) struct Options {
    /// The files are mbox files: mboxrd, mboxo, mboxcl or mboxcl2 [default variant: mboxrd]
    #[arg(
        long,
        value_name = "VARIANT",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "mboxrd"
    )]
    mbox: Option<Variant>,

    /// Of mboxo and mboxcl: take the > off lines that begin with '>From '
    #[arg(long, requires = "mbox")]
    unquote: bool,
}

impl Options {
    /// The variant, where the files are said to be mbox files.
    pub(crate) fn variant(&self) -> Result<Option<Variant>> {
        let Some(variant) = self.mbox else { return Ok(None) };
        Ok(Some(match (variant, self.unquote) {
            (variant, false) => variant,
            (Variant::O { .. }, true) => Variant::O { unquote: true },
            (Variant::Cl { .. }, true) => Variant::Cl { unquote: true },
            (Variant::Rd | Variant::Cl2, true) => {
                let why =
                    "--unquote is for mboxo and mboxcl: mboxrd is unquoted, mboxcl2 not quoted";
                return Err(Failure::usage(why).into());
            }
        }))
    }
}
