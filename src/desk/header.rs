//! Who stands in the header of a message, in or out, as it is recorded.

use crate::config::Config;
use crate::domain::Mailbox;
use crate::store::{AddressRole, HeaderAddress, Side};

/// The addresses of these fields, each with whose it is by the configuration of today: what a
/// conversation makes of them must not change with the configuration of tomorrow. An agent is no
/// outsider either: whom a contact names beside us gets no part by that.
pub(super) fn addresses<const N: usize>(
    config: &Config,
    fields: [(AddressRole, &[Mailbox]); N],
) -> Vec<HeaderAddress> {
    let side = |address| match config.is_ours(address) || config.agent_by_address(address).is_some()
    {
        true => Side::Ours,
        false => Side::Outside,
    };
    let all = fields.into_iter().flat_map(|(role, all)| all.iter().map(move |one| (role, one)));
    all.map(|(role, mailbox)| HeaderAddress {
        role,
        mailbox: mailbox.clone(),
        side: side(&mailbox.address),
    })
    .collect()
}
