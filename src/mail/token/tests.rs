//! What is signed verifies, and nothing else does.

use super::*;
use proptest::prelude::*;

fn signed(kind: TokenKind, conversation: i64, message: i64) -> Signed {
    Signed { kind, conversation: Number(conversation), message: MessageId(message) }
}

#[test]
fn signs_and_verifies() {
    let keys = Keys::generate([7; 32]);
    let one = signed(TokenKind::Message, 142, 881);
    let id = keys.sign(&one);
    assert!(id.starts_with("m1.k1.142.881."), "{id}");
    assert_eq!(id.len(), "m1.k1.142.881.".len() + 16);
    for writing in [id.clone(), format!("{id}@example.org"), id.to_uppercase() + "@X"] {
        assert_eq!(keys.verify(&writing), Some(one), "{writing}");
    }
    assert_eq!(Keys::generate([8; 32]).verify(&id), None);
    let other = keys.sign(&signed(TokenKind::Reference, 142, 881));
    assert_ne!(other.rsplit_once('.').unwrap().1, id.rsplit_once('.').unwrap().1);
}

#[test]
fn an_address_is_signed_as_a_whole() {
    let address = |word: &str| word.parse::<Address>().unwrap();
    let keys = Keys::generate([7; 32]);
    let support = address("Support@example.org");
    let signed = keys.sign_address(Number(142), MessageId(881), &support).unwrap();
    let word = signed.as_str();
    assert!(word.starts_with("Support+a1.k1.142.881.") && word.ends_with("@example.org"));
    let wanted =
        Signed { kind: TokenKind::Address, conversation: Number(142), message: MessageId(881) };
    let (local, domain) = word.split_once('@').unwrap();
    for (word, good) in [
        (word.to_owned(), true),
        (word.to_uppercase(), true),
        (word.to_lowercase(), true),
        (word.replace("Support+", "sales+"), false),
        (word.replace("example.org", "example.net"), false),
        (word.replace(".142.", ".143."), false),
        (word.replace(".881.", ".0881."), false),
        (word.replace("+a1.", "+m1."), false),
        (word.replace(".k1.", ".k2."), false),
        (format!("{}@{domain}", &local[..local.len() - 1]), false),
        (format!("{local}a@{domain}"), false),
        ("support@example.org".to_owned(), false),
        ("support+142@example.org".to_owned(), false),
    ] {
        let found = keys.verify_address(&address(&word));
        assert_eq!(found, good.then_some(wanted), "{word}");
    }
    // An extension is no id, and an id no extension.
    assert_eq!(keys.verify(signed.extension().unwrap()), None);
    let id = keys.sign(&Signed { kind: TokenKind::Message, ..wanted });
    assert_eq!(keys.verify_address(&address(&format!("support+{id}@example.org"))), None);
    // Keys that sign no more still prove.
    let mut rotated = keys.clone();
    rotated.rotate([8; 32]);
    assert_eq!(rotated.verify_address(&signed), Some(wanted));
    // One that was taken out of the file proves nothing any more.
    let text = rotated.to_text();
    let newest = Keys::parse(text.lines().last().unwrap()).unwrap();
    assert_eq!(newest.verify_address(&signed), None);
    for unfit in [format!("{}@example.org", "x".repeat(40)), "support+x@example.org".to_owned()] {
        let signed = keys.sign_address(Number(142), MessageId(881), &address(&unfit));
        assert_eq!(signed, None, "{unfit}");
    }
}

#[test]
fn the_form_of_a_signed_id() {
    let id = Keys::generate([7; 32]).sign(&signed(TokenKind::Message, 142, 881));
    for (id, shaped) in [
        (id.clone(), true),
        (id.to_uppercase() + "@example.org", true),
        (id.replace("m1", "r1"), true),
        (id.replace("m1", "m2"), false),
        (id.replace("142", "x"), false),
        (format!("{id}a"), false),
        (format!("{id}.a"), false),
        ("a.b.c@d".to_owned(), false),
    ] {
        assert_eq!(claimed(&id), shaped.then_some(MessageId(881)), "{id}");
    }
}

#[test]
fn a_claim_has_one_writing() {
    let keys = Keys::generate([7; 32]);
    let id = keys.sign(&signed(TokenKind::Message, 7, 8));
    for forged in [
        id.replace(".7.", ".07."),
        id.replace(".8.", ".8.8."),
        id.replace("m1.", "r1."),
        id.replace(".7.", ".-7."),
        format!("{id}."),
        format!(".{id}"),
        format!("{id}aaaaaaaa"),
        id.get(..id.len() - 8).unwrap().to_owned(),
        id.rsplit_once('.').unwrap().0.to_owned(),
        String::new(),
    ] {
        assert_eq!(keys.verify(&forged), None, "{forged}");
    }
}

#[test]
fn old_keys_still_verify() {
    let mut keys = Keys::generate([7; 32]);
    let old = keys.sign(&signed(TokenKind::Message, 1, 2));
    keys.rotate([9; 32]);
    let new = keys.sign(&signed(TokenKind::Message, 1, 2));
    assert!(new.starts_with("m1.k2."), "{new}");
    assert!(keys.verify(&old).is_some() && keys.verify(&new).is_some());
    let read = Keys::parse(&format!("# keys\n\n{}", keys.to_text())).unwrap();
    assert_eq!(read, keys);
    assert!(!format!("{keys:?}").contains(keys.to_text().split_whitespace().nth(1).unwrap()));
}

#[test]
fn bad_files() {
    let good = Keys::generate([7; 32]).to_text();
    for (text, line) in [
        (String::new(), 1),
        ("k1".to_owned(), 1),
        ("k1 abc".to_owned(), 1),
        (good.replace("k1", "K1"), 1),
        (good.replace("k1", "waytoolong"), 1),
        (format!("{good}{good}"), 2),
    ] {
        let error = Keys::parse(&text).unwrap_err();
        assert_eq!(error.line, line, "{error}");
    }
}

proptest! {
    #[test]
    fn any_flipped_bit_fails(
        secret in any::<[u8; 32]>(), conversation in 1..i64::MAX, message in 1..i64::MAX,
        at in any::<prop::sample::Index>(), bit in 0..7_u8,
    ) {
        let keys = Keys::generate(secret);
        let one = signed(TokenKind::Reference, conversation, message);
        let id = keys.sign(&one);
        prop_assert_eq!(keys.verify(&id), Some(one));
        let mut bytes = id.clone().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let flipped = String::from_utf8(bytes).unwrap();
        // The case of a letter is no part of the id.
        prop_assume!(!flipped.eq_ignore_ascii_case(&id));
        prop_assert_eq!(keys.verify(&flipped), None);
    }

    #[test]
    fn any_text(id in any::<String>()) {
        prop_assert_eq!(Keys::generate([1; 32]).verify(&id), None);
    }
}
