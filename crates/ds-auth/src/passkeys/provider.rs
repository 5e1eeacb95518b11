//! What keeps a passkey, by the id that it gives itself. Good for a name in a list, and for nothing else: nobody vouches
//! for it.

use uuid::{Uuid, uuid};
use webauthn_rs::prelude::RegisterPublicKeyCredential;

/// Those that many people have, as the list of passkey providers' ids names them.
const KNOWN: [(Uuid, &str); 15] = [
    (
        uuid!("fbfc3007-154e-4ecc-8c0b-6e020557d7bd"),
        "Apple Passwords",
    ),
    (
        uuid!("dd4ec289-e01d-41c9-bb89-70fa845d4bf2"),
        "iCloud Keychain",
    ),
    (
        uuid!("ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4"),
        "Google Password Manager",
    ),
    (
        uuid!("adce0002-35bc-c60a-648b-0b25f1f05503"),
        "Chrome on a Mac",
    ),
    (
        uuid!("08987058-cadc-4b81-b6e1-30de50dcbe96"),
        "Windows Hello",
    ),
    (
        uuid!("9ddd1817-af5a-4672-a2b9-3e3dd95000a9"),
        "Windows Hello",
    ),
    (
        uuid!("6028b017-b1d4-4c02-b4b3-afcdafc96bb2"),
        "Windows Hello",
    ),
    (
        uuid!("53414d53-554e-4700-0000-000000000000"),
        "Samsung Pass",
    ),
    (uuid!("bada5566-a7aa-401f-bd96-45619a55120d"), "1Password"),
    (uuid!("d548826e-79b4-db40-a3d8-11116f7e8349"), "Bitwarden"),
    (uuid!("531126d6-e717-415c-9320-3d9aa6981239"), "Dashlane"),
    (uuid!("50726f74-6f6e-5061-7373-50726f746f6e"), "Proton Pass"),
    (uuid!("fdb141b2-5d84-443e-8a35-4698c205a502"), "KeePassXC"),
    (uuid!("0ea242b4-43c4-4a1b-8b17-dd6d0b6baec6"), "Keeper"),
    (uuid!("b84e4048-15dc-4dd0-8640-f4f60813c8af"), "NordPass"),
];

/// What keeps a passkey that was just made, if it says so and many people have it.
#[must_use]
pub fn provider_name(made: &RegisterPublicKeyCredential) -> Option<&'static str> {
    name_of(made.response.attestation_object.as_ref())
}

fn name_of(attestation: &[u8]) -> Option<&'static str> {
    let id = id_in(attestation)?;
    let known = KNOWN.iter().find(|(known, _)| *known == id);
    known.map(|(_, name)| *name)
}

/// The id in an attestation: CBOR, of which nothing has to be understood but where the data begins.
fn id_in(attestation: &[u8]) -> Option<Uuid> {
    const KEY: &[u8] = b"\x68authData";
    /// In the flags: there is a new passkey in the data.
    const IS_NEW: u8 = 0x40;
    let at = attestation.windows(KEY.len()).position(|it| it == KEY)?;
    let rest = attestation.get(at + KEY.len()..)?;
    let ([0x58, _, data @ ..] | [0x59, _, _, data @ ..]) = rest else {
        return None;
    };
    let is_new = data.get(32)? & IS_NEW != 0;
    Uuid::from_slice(data.get(37..53)?).ok().filter(|_| is_new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_keeps_it() {
        let attestation = |length: &[u8], flags: u8, id: Uuid| {
            let data = [&[7; 32][..], &[flags, 0, 0, 0, 1], id.as_bytes(), &[0, 16]].concat();
            [
                b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData",
                length,
                &data,
            ]
            .concat()
        };
        let check = |made: &[u8], expect: Option<&str>| assert_eq!(name_of(made), expect);
        let bitwarden = KNOWN[9].0;
        check(
            &attestation(&[0x58, 100], 0x45, bitwarden),
            Some("Bitwarden"),
        );
        check(
            &attestation(&[0x59, 1, 0], 0x5d, bitwarden),
            Some("Bitwarden"),
        );
        check(&attestation(&[0x58, 100], 0x05, bitwarden), None);
        check(&attestation(&[0x40], 0x45, bitwarden), None);
        check(&attestation(&[0x58, 100], 0x45, Uuid::nil()), None);
        let whole = attestation(&[0x58, 100], 0x45, bitwarden);
        for end in 0..whole.len() - 2 {
            check(&whole[..end], None);
        }
    }
}
