//! Mail of any size comes in, whole, and goes out again, in memory that does not
//! grow with it. `LARGE=1000 cargo test --release --test large` takes one of 1 GB.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

mod common;

use common::{Desk, Done, POSTROOM, start, wait};
use sha2::{Digest as _, Sha256};
use std::fs;
use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};

/// Megabytes of the mail.
fn megabytes() -> usize {
    std::env::var("LARGE").map_or(160, |word| word.parse().unwrap())
}

/// Kilobytes of memory that the program gets: less than the mail has.
const MEMORY: usize = 128 << 10;

const HEAD: &str = "From: Erika <erika@customer.test>\nTo: support@example.test\n\
    Subject: The film\nDate: Mon, 01 Jun 2026 09:00:00 +0000\nMessage-ID: <film@customer.test>\n\
    MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n";

const FROM_LINE: &[u8] = b"From erika@customer.test Mon Jun  1 09:00:00 2026\n";

const TEXT: &str = "--b\n\nHere is the film.\n\
    --b\nContent-Type: video/mp4; name=film.mp4\nContent-Transfer-Encoding: base64\n\n";

/// Hands out the mail in pieces of a megabyte, all different.
fn mail(take: &mut dyn FnMut(&[u8])) {
    take(HEAD.as_bytes());
    take(TEXT.as_bytes());
    for at in 0..megabytes() {
        take(format!("{at:075}\n").repeat((1 << 20) / 76).as_bytes());
    }
    take(b"--b--\n");
}

fn hash(mail: impl FnOnce(&mut dyn FnMut(&[u8]))) -> [u8; 32] {
    let mut hash = Sha256::new();
    mail(&mut |bytes| hash.update(bytes));
    hash.finalize().into()
}

/// The program with a bound on its memory.
fn program(desk: &Desk, words: &[&str]) -> Command {
    limited(desk, words, MEMORY)
}

fn limited(desk: &Desk, words: &[&str], kilobytes: usize) -> Command {
    let mut command = Command::new("sh");
    let script = format!("ulimit -v {kilobytes} && exec \"$0\" \"$@\"");
    command.args(["-c", &script, POSTROOM]).args(words);
    desk.environment(&mut command);
    command
}

fn run(desk: &Desk, words: &[&str]) -> Done {
    wait(start(program(desk, words), b"")).expect_success()
}

/// Feeds the mail, and writes what comes out to a file.
fn feed(desk: &Desk, words: &[&str], out: &str) {
    let out = fs::File::create(desk.beside(out)).unwrap();
    let mut command = program(desk, words);
    command.stdin(Stdio::piped()).stdout(out).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    mail(&mut |bytes| drop(stdin.write_all(bytes)));
    drop(stdin);
    finish(child);
}

fn finish(child: Child) {
    let done = wait(child).expect_success();
    assert_eq!(done.stderr, "");
}

fn file(desk: &Desk, name: &str) -> Vec<u8> {
    fs::read(desk.beside(name)).unwrap()
}

#[test]
fn a_mail_larger_than_the_memory() {
    let desk = Desk::new();
    feed(&desk, &["ingest", "-p"], "printed");
    assert_eq!(String::from_utf8(file(&desk, "printed")).unwrap(), "1\tm1\tnew\tsupport\tperson\n");
    assert_eq!(fs::read_dir(desk.dir()).unwrap().count(), 7, "nothing is left behind");

    let mut raw = program(&desk, &["show", "--raw", "m1"]);
    raw.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = raw.spawn().unwrap();
    let (mut out, mut buffer) = (child.stdout.take().unwrap(), vec![0; 1 << 16]);
    let given = hash(|take| {
        while let n @ 1.. = out.read(&mut buffer).unwrap() {
            take(&buffer[..n]);
        }
    });
    finish(child);
    assert_eq!(given, hash(mail), "byte for byte");

    // Its identity is that of its bytes, however it was computed.
    let mut all = Vec::new();
    mail(&mut |bytes| all.extend_from_slice(bytes));
    let identity = format!("identity={} ", postroom::mail::identity(&all));
    assert!(desk.log().contains(&identity), "{}", desk.log());

    // Whatever reads it later does so in bounds too, and knows it again.
    let shown = run(&desk, &["show", "1"]).text();
    for wanted in ["Here is the film.", "film.mp4", "too-large"] {
        assert!(shown.contains(wanted), "{wanted}: {shown}");
    }
    run(&desk, &["check"]);
    for words in [&["list", "film"][..], &["why", "m1"], &["route", "1"], &["autoreply", "1"]] {
        run(&desk, words);
    }
    feed(&desk, &["close", "--message"], "printed");
    feed(&desk, &["ingest", "--filter"], "filtered");
    assert_eq!(desk.number("SELECT count(*) FROM message"), 1);

    let filtered = file(&desk, "filtered");
    let marks = "Postroom-Conversation: 1\nPostroom-Inbox: support\nPostroom-Class: person\n";
    assert!(filtered.strip_prefix(marks.as_bytes()) == Some(&all), "the body passes byte for byte");
}

/// A file and an mbox go by the same way, in threads, and what is behind them comes in too.
#[test]
fn files_larger_than_the_memory() {
    let small =
        "From: Erika <erika@customer.test>\nTo: support@example.test\nSubject: small\n\nx\n";
    for (name, words) in [("b.eml", &["ingest", "-p"][..]), ("b.mbox", &["ingest", "-p", "--mbox"])]
    {
        let desk = Desk::new();
        let path = desk.beside(name);
        let mut file = fs::File::create(&path).unwrap();
        file.write_all(if words.len() == 3 { FROM_LINE } else { b"" }).unwrap();
        mail(&mut |bytes| file.write_all(bytes).unwrap());
        let behind = desk.beside("c.eml");
        if words.len() == 3 {
            file.write_all(&[b"\n", FROM_LINE, small.as_bytes()].concat()).unwrap();
        }
        fs::write(&behind, [FROM_LINE, small.as_bytes()].concat()).unwrap();
        let paths = [path.to_str().unwrap(), behind.to_str().unwrap()];
        let limited = |kilobytes: usize| {
            let mut command = limited(&desk, &[words, &paths].concat(), kilobytes);
            command.env("RUST_BACKTRACE", "0");
            wait(start(command, b""))
        };
        let done = limited(256 << 10).expect_success();
        assert!(String::from_utf8_lossy(&done.stdout).starts_with("1\tm1\tnew\t"), "{done:?}");
        assert_eq!(desk.number("SELECT count(*) FROM message"), 2, "{name}: {done:?}");
        let size = "SELECT max(size) FROM message";
        assert!(desk.number(size) > (megabytes() << 20) as i64 * 99 / 100, "{name}: {done:?}");
    }
}

/// Where the memory does not suffice, a later run may have more.
#[test]
fn files_without_the_memory_for_them() {
    let desk = Desk::new();
    let path = desk.beside("b.mbox");
    let small = b"From: a@customer.test\nTo: support@example.test\nSubject: small\n\nx\n";
    let mut file = fs::File::create(&path).unwrap();
    file.write_all(&[FROM_LINE, small, b"\n", FROM_LINE].concat()).unwrap();
    mail(&mut |bytes| file.write_all(bytes).unwrap());
    let words = ["ingest", "--mbox", path.to_str().unwrap()];
    for megabytes in (16..120).step_by(16) {
        let mut command = limited(&desk, &words, megabytes << 10);
        command.env("RUST_BACKTRACE", "0");
        let done = wait(start(command, b""));
        // What cannot even be loaded tells nobody.
        let is_loaded = done.stderr.contains("postroom: ");
        assert!(!is_loaded || matches!(done.status.code(), Some(0 | 75)), "{megabytes}: {done:?}");
        if done.status.success() {
            break;
        }
    }
    wait(start(limited(&desk, &words, 256 << 10), b"")).expect_success();
    assert_eq!(desk.number("SELECT count(*) FROM message"), 2);
}

/// Whatever a mail is made of, as large as one can be that is read whole, and beyond: it comes in,
/// within the memory that a service may have.
#[test]
fn large_mails_of_every_kind() {
    const MB: usize = 1 << 20;
    let part = |kind: &str, encoding: &str, line: &[u8]| {
        let head = format!("Content-Type: {kind}\nContent-Transfer-Encoding: {encoding}\n\n");
        [head.as_bytes(), &line.repeat(31 * MB / line.len())].concat()
    };
    let word = "=E4".repeat(25) + "=\n";
    for (what, mail) in [
        ("8-bit text", part("text/plain; charset=iso-8859-1", "8bit", &[0xe4])),
        (
            "quoted-printable",
            part("text/plain; charset=iso-8859-1", "quoted-printable", word.as_bytes()),
        ),
        (
            "base64",
            part(
                "text/plain; charset=gb18030",
                "base64",
                &[b"gTCBMIEw".repeat(9), b"\n".to_vec()].concat(),
            ),
        ),
        ("HTML", part("text/html", "7bit", b"<p>x&amp;<")),
        ("an attachment", part("image/png", "quoted-printable", word.as_bytes())),
        ("empty lines", part("text/plain", "7bit", b"\n")),
        ("NUL", part("text/plain", "binary", b"\0")),
        ("a line", [b"\n".to_vec(), b"x".repeat(100 * MB)].concat()),
        ("a field", [b"X: ".to_vec(), b"x".repeat(100 * MB)].concat()),
        ("fields", b"X: y\n".repeat(200_000)),
        (
            "parts",
            [
                b"Content-Type: multipart/mixed; boundary=b\n\n".to_vec(),
                b"--b\n\nx\n".repeat(4 * MB),
            ]
            .concat(),
        ),
    ] {
        let desk = Desk::new();
        let mail = [HEAD.split("MIME").next().unwrap().as_bytes(), &mail].concat();
        let mut command = Command::new("sh");
        command.args(["-c", "ulimit -v 131072 && exec \"$0\" ingest", POSTROOM]);
        desk.environment(&mut command);
        let done = wait(start(command, &mail));
        assert!(done.status.success(), "{what}: {done:?}\n{}", desk.log());
        assert_eq!(desk.number("SELECT size FROM message"), mail.len() as i64, "{what}");
    }
}
