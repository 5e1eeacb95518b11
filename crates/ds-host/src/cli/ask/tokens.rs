//! Arguments about tokens of the API, and about upgrades that nobody asks for.

use clap::ValueEnum as _;

use crate::{
    args::{Mode, Token, Upgrades},
    control::wire::Command,
};

pub(super) fn token(token: Token) -> Command {
    match token {
        Token::Create {
            name,
            scope,
            days,
            never_expires,
            owner,
        } => Command::TokenCreate {
            owner: owner.owner,
            name,
            scope: scope
                .to_possible_value()
                .map(|value| value.get_name().to_owned())
                .unwrap_or_default(),
            days: (!never_expires).then_some(days),
        },
        Token::List { owner } => Command::TokenList { owner: owner.owner },
        Token::Revoke { id, owner } => Command::TokenRevoke {
            owner: owner.owner,
            id,
        },
    }
}

pub(super) fn upgrades(upgrades: Upgrades) -> Command {
    Command::AppspaceUpgrades {
        which: upgrades.which.into(),
        automatic: upgrades.mode.map(|mode| mode == Mode::Automatic),
    }
}
