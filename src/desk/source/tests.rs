//! What is found below a directory, and where a digest goes on.

use std::fs;
use std::os::unix::fs::symlink;

use super::folder::Whereabouts;
use super::prefix::Prefix;
use super::*;

fn tree(files: &[&str]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for file in files {
        let path = dir.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "Subject: x\n\ny\n").unwrap();
    }
    dir
}

/// A message of a Maildir as it was read, from where it lay when it was listed.
fn in_maildir(listed: PathBuf, read: &Path) -> Origin {
    Origin::Maildir(listed, mark_of(&read.metadata().unwrap()))
}

/// What a walk comes upon: a Maildir with a slash behind it.
fn walked(dir: &Path) -> Vec<String> {
    let name = |path: &Path| path.strip_prefix(dir).unwrap().display().to_string();
    Walk::below(dir)
        .map(|entry| match entry {
            Entry::File(path) => name(&path),
            Entry::Maildir(path) => name(&path) + "/",
            Entry::Link => "->".to_owned(),
            Entry::Trouble(path, error) => format!("{}: {}", name(&path), error.kind()),
        })
        .collect()
}

#[test]
fn a_walk_goes_in_the_order_of_names_and_follows_no_link() {
    let dir = tree(&[
        "b.eml",
        "a/2.eml",
        "a/1.eml",
        ".hidden/x.eml",
        ".x.eml",
        "a/.y.eml",
        "c/new/1",
        "c/.Sent/cur/2",
        "c/.Sent/.Deep/new/3",
        "c/plain/cur/4",
        "c/notes/5.eml",
        "c/dovecot.index",
    ]);
    symlink(dir.path(), dir.path().join("a/loop")).unwrap();
    symlink(dir.path().join("a"), dir.path().join("d")).unwrap();
    symlink(dir.path().join("a/1.eml"), dir.path().join("c/6.eml")).unwrap();
    symlink("nowhere", dir.path().join("e")).unwrap();
    let wanted = [
        "a/1.eml",
        "a/2.eml",
        "->",
        "b.eml",
        "c/",
        "c/.Sent/",
        "c/.Sent/.Deep/",
        "->",
        "c/notes/5.eml",
        "c/plain/",
        "->",
        "->",
    ];
    assert_eq!(walked(dir.path()), wanted);
    let other = tempfile::tempdir().unwrap();
    let named = other.path().join("named");
    symlink(dir.path(), &named).unwrap();
    assert_eq!(walked(&named), wanted);
    let dir = tree(&["new/1", ".Sent/new/2"]);
    assert_eq!(walked(dir.path()), ["/", ".Sent/"]);
}

#[test]
fn a_tree_with_a_folder_called_new_is_a_tree_too() {
    let dir = tree(&["new/1", "2.eml", "sub/3.eml", "sub/cur/4", "tmp/5.eml", "maildirsize"]);
    fs::write(dir.path().join("mbox"), "From a@x\nSubject: x\n\ny\n").unwrap();
    assert_eq!(walked(dir.path()), ["/", "2.eml", "mbox", "sub/", "sub/3.eml"]);
    let mut found = files(dir.path()).unwrap();
    found.sort();
    let wanted =
        ["2.eml", "mbox", "new/1", "sub/3.eml", "sub/cur/4"].map(|name| dir.path().join(name));
    assert_eq!(found, wanted);
}

#[test]
fn names_of_messages_in_a_tree() {
    for (name, is) in [
        ("a.eml", true),
        ("A.EML", true),
        ("17", true),
        ("17.", false),
        ("a.txt", false),
        ("eml", false),
        ("1a", false),
    ] {
        assert_eq!(walk::is_named_as_message(Path::new(name)), is, "{name}");
    }
}

#[test]
fn what_is_no_file_in_a_maildir_is_counted() {
    let dir = tree(&["new/1.a", "cur/folder/2", "cur/.hidden/3", "outside"]);
    symlink("../outside", dir.path().join("cur/4.b")).unwrap();
    symlink("nowhere", dir.path().join("new/5.c")).unwrap();
    let folder = Folder::list(dir.path()).unwrap();
    assert_eq!(folder.paths(), [dir.path().join("new/1.a")]);
    assert_eq!(folder.others(), 3);
}

/// What is gone is not looked for again while nothing is changed; what was changed a moment ago may be
/// changed again without a sign of it.
#[test]
fn a_folder_is_listed_anew_when_it_was_changed() {
    let long_ago = std::time::SystemTime::UNIX_EPOCH;
    for (is_settled, wanted) in [(true, None), (false, Some(()))] {
        let dir = tree(&["new/1.a", "new/2.b", "cur/3.c"]);
        let [at, new, cur] = ["new/2.b", "new", "cur"].map(|name| dir.path().join(name));
        let settle = || {
            for place in [&new, &cur] {
                File::open(place).unwrap().set_modified(long_ago).unwrap();
            }
        };
        fs::rename(&at, dir.path().join("away")).unwrap();
        fs::remove_file(new.join("1.a")).unwrap();
        let mut whereabouts = Whereabouts::default();
        let mut find = |path: &Path| {
            let is_there = |path: &Path| path.symlink_metadata().map(|_| ());
            whereabouts.at(path.to_owned(), is_there).unwrap()
        };
        if is_settled {
            settle();
        }
        assert_eq!(find(&new.join("1.a")), None);
        // Without a sign of it.
        fs::rename(dir.path().join("away"), cur.join("2.b:2,S")).unwrap();
        if is_settled {
            settle();
        }
        assert_eq!(find(&at), wanted, "{is_settled}");
        File::open(&cur)
            .unwrap()
            .set_modified(long_ago + std::time::Duration::from_secs(1))
            .unwrap();
        assert_eq!(find(&at), Some(()), "{is_settled}");
    }
}

/// A Maildir that was named, or lies in a tree, does not reach beyond itself.
#[test]
fn a_place_that_is_a_link_is_none() {
    let (dir, other) = (tree(&["new/1.a"]), tree(&["cur/2.b"]));
    symlink(other.path().join("cur"), dir.path().join("cur")).unwrap();
    let mut folder = Folder::list(dir.path()).unwrap();
    assert_eq!((folder.paths(), folder.others()), (vec![dir.path().join("new/1.a")], 1));
    let path = dir.path().join("new/1.a");
    let origin = in_maildir(path.clone(), &path);
    let mut finisher = Finisher::new(Afterwards::Mark);
    let told = finisher.finish(&origin);
    assert!(matches!(told, Some(Notice::NoCur(path)) if path == dir.path()));
    assert!(dir.path().join("new/1.a").exists());
    // Nor is a message looked for there.
    let names = folder.take_names();
    fs::rename(dir.path().join("new/1.a"), other.path().join("cur/1.a:2,S")).unwrap();
    assert!(folder.open(&names[0]).unwrap().is_none());
    let delete = Finisher::new(Afterwards::Delete).finish(&origin);
    assert!(delete.is_none() && other.path().join("cur/1.a:2,S").exists());
}

#[test]
fn a_maildir_without_cur_is_told_once() {
    let dir = tree(&["new/1.a", "new/2.b"]);
    let mut finisher = Finisher::new(Afterwards::Mark);
    let mut finish = |name| {
        let path = dir.path().join(name);
        finisher.finish(&in_maildir(path.clone(), &path))
    };
    assert!(matches!(finish("new/1.a"), Some(Notice::NoCur(path)) if path == dir.path()));
    assert!(finish("new/2.b").is_none());
    assert!(dir.path().join("new/1.a").exists() && !dir.path().join("cur").exists());
}

#[test]
fn a_message_that_others_move_is_found() {
    let dir = tree(&["new/1.a", "new/2.a", "new/3.a"]);
    let mut folder = Folder::list(dir.path()).unwrap();
    let names = folder.take_names();
    fs::create_dir(dir.path().join("cur")).unwrap();
    fs::rename(dir.path().join("new/1.a"), dir.path().join("cur/1.a:2,FS")).unwrap();
    fs::remove_file(dir.path().join("new/2.a")).unwrap();
    let mut found = |n: usize| folder.open(&names[n]).unwrap().map(|(path, _)| path);
    assert_eq!(found(0), Some(dir.path().join("cur/1.a:2,FS")));
    assert_eq!(found(1), None);
    assert_eq!(found(2), Some(dir.path().join("new/3.a")));
    // And once more, when what was known of it is wrong.
    fs::rename(dir.path().join("cur/1.a:2,FS"), dir.path().join("cur/1.a:2,S")).unwrap();
    assert_eq!(found(0), Some(dir.path().join("cur/1.a:2,S")));
}

#[test]
fn what_a_finished_message_becomes() {
    for (afterwards, before, after) in [
        (Afterwards::Leave, "new/1.a", Some("new/1.a")),
        (Afterwards::Mark, "new/1.a", Some("cur/1.a:2,S")),
        (Afterwards::Mark, "cur/1.a:2,", Some("cur/1.a:2,S")),
        (Afterwards::Mark, "cur/1.a:2,TFa", Some("cur/1.a:2,FSTa")),
        (Afterwards::Mark, "cur/1.a:2,S", Some("cur/1.a:2,S")),
        (Afterwards::Delete, "new/1.a", None),
    ] {
        let dir = tree(&[before, "cur/0.other"]);
        // Somebody else gave it a flag since it was listed.
        let listed = if before == "new/1.a" { before } else { "cur/1.a:2,R" };
        let origin = in_maildir(dir.path().join(listed), &dir.path().join(before));
        assert!(Finisher::new(afterwards).finish(&origin).is_none());
        let mut left = Folder::list(dir.path()).unwrap().paths();
        left.retain(|path| !path.ends_with("0.other"));
        let after: Vec<PathBuf> = after.into_iter().map(|name| dir.path().join(name)).collect();
        assert_eq!(left, after, "{afterwards:?} {before}");
        // What is gone is not looked for in vain.
        after.iter().for_each(|path| fs::remove_file(path).unwrap());
        assert!(Finisher::new(afterwards).finish(&origin).is_none());
    }
}

/// The mail that has the name already may be in nowhere else.
#[test]
fn a_mail_is_not_marked_over_another() {
    for (from, taken) in [("new/1.a", "cur/1.a:2,S"), ("cur/1.a:2,F", "cur/1.a:2,FS")] {
        let dir = tree(&[from, "cur/0.other"]);
        let [from, taken] = [from, taken].map(|name| dir.path().join(name));
        fs::write(&taken, "another").unwrap();
        let origin = in_maildir(from.clone(), &from);
        let told = Finisher::new(Afterwards::Mark).finish(&origin);
        let Some(Notice::Refused(why)) = told else { panic!("{told:?}") };
        assert_eq!(why.kind, Kind::NoInput);
        assert!(
            [&from, &taken].iter().all(|path| why.to_string().contains(path.to_str().unwrap()))
        );
        assert!(from.exists() && fs::read(&taken).unwrap() == b"another", "{why}");
    }
}

/// Whoever moves a message may leave another one that has the same name but for its flags.
#[test]
fn another_mail_is_not_taken_for_the_one_that_was_read() {
    for afterwards in [Afterwards::Mark, Afterwards::Delete] {
        let dir = tree(&["new/1.a", "cur/1.a:2,F"]);
        let [read, other] = ["new/1.a", "cur/1.a:2,F"].map(|name| dir.path().join(name));
        let origin = in_maildir(read.clone(), &read);
        fs::remove_file(&read).unwrap();
        let told = Finisher::new(afterwards).finish(&origin);
        assert!(matches!(told, Some(Notice::Kept(path)) if path == other), "{afterwards:?}");
        assert!(other.exists(), "{afterwards:?}");
    }
}

#[test]
fn a_file_is_removed_only_as_it_was_read() {
    let dir = tree(&["a.eml"]);
    let path = dir.path().join("a.eml");
    let origin = Origin::File(path.clone(), mark_of(&path.metadata().unwrap()));
    assert!(Finisher::new(Afterwards::Mark).finish(&origin).is_none() && path.exists());
    fs::write(&path, "Subject: x\n\nmore\n").unwrap();
    let kept = Finisher::new(Afterwards::Delete).finish(&origin);
    assert!(matches!(kept, Some(Notice::Kept(_))) && path.exists());
    let origin = Origin::File(path.clone(), mark_of(&path.metadata().unwrap()));
    assert!(Finisher::new(Afterwards::Delete).finish(&origin).is_none() && !path.exists());
}

/// The messages that a reader gives of an mbox, and what it says at the end. `meanwhile` happens
/// when the first one is there.
fn read_mbox(path: &Path, meanwhile: impl Fn()) -> (usize, Vec<Notice>) {
    let manner = Manner {
        format: Format::Mbox(Variant::Rd),
        reach: Reach::Folder,
        begin: Begin::WhereItEnded,
        afterwards: Afterwards::Leave,
    };
    let (stop, given, mut notices) = (AtomicBool::new(false), AtomicUsize::new(0), Vec::new());
    let mut reader = Reader {
        manner: &manner,
        dir: path.parent().unwrap(),
        patience: std::time::Duration::ZERO,
        words: "mboxrd".to_owned(),
        positions: Vec::new(),
        stop: &stop,
        given: &given,
        give: &mut |piece| {
            match piece {
                Piece::Notice(notice) => notices.push(notice),
                Piece::Message(_) if given.load(Ordering::Relaxed) == 1 => meanwhile(),
                Piece::Message(_) => {}
            }
            true
        },
        span: (0.0, 1.0),
    };
    assert!(reader.read([Ok(path.to_owned())].into_iter(), Some(1)).is_continue());
    (given.load(Ordering::Relaxed), notices)
}

/// R45: the last message of a file that grows may be a part of one.
#[test]
fn an_mbox_that_is_written_to_while_it_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("inbox");
    let one = "From a@x Mon Jun  1 08:00:00 2026\nSubject: x\n\ny\n\n";
    let fill = || fs::write(&path, one.repeat(3)).unwrap();
    fill();
    let (given, notices) = read_mbox(&path, || {});
    assert!(given == 3 && notices.is_empty(), "{given} {notices:?}");
    let grow = || {
        use std::io::Write as _;
        let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(b"From b").unwrap();
    };
    let cut = || File::options().write(true).open(&path).unwrap().set_len(60).unwrap();
    for (what, change) in [("grown", &grow as &dyn Fn()), ("cut", &cut)] {
        fill();
        let (given, notices) = read_mbox(&path, change);
        assert!(given < 3, "{what}: {given}");
        let [Notice::Refused(why)] = notices.as_slice() else { panic!("{what}: {notices:?}") };
        assert_eq!(why.kind, Kind::TryAgain, "{what}: {why}");
        assert!(!dir.path().join("inbox.lock").exists());
    }
}

/// What is kept of an mbox must not outlive a purge of its mail.
#[test]
fn a_digest_keeps_nothing_of_what_it_was_made_of() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("file");
    for size in [5, 63, 64, 70, 127, 1000] {
        fs::write(&path, "secret".repeat(200).split_at(size).0).unwrap();
        let state = Prefix::of(&File::open(&path).unwrap(), size as u64).unwrap().state();
        let keeps = |word: &[u8]| state.windows(word.len()).any(|part| part == word);
        assert!(!keeps(b"secr") && !keeps(b"cret"), "{size}: {state:?}");
    }
}

#[test]
fn a_digest_goes_on_where_it_was_put_away() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("file");
    let bytes: Vec<u8> = (0..600_000_u32).map(|n| (n % 251) as u8).collect();
    fs::write(&path, &bytes).unwrap();
    let file = File::open(&path).unwrap();
    let whole = Prefix::of(&file, 600_000).unwrap().state();
    for cut in [0, 1, 63, 64, 65, 262_144, 599_999, 600_000] {
        let begun = Prefix::of(&file, cut).unwrap().state();
        let mut rest = Prefix::restore(&begun, cut).unwrap();
        rest.extend(&file, 600_000).unwrap();
        assert_eq!(rest.state(), whole, "{cut}");
    }
    assert!(Prefix::restore(b"not a state", 1).is_none());
    assert!(Prefix::of(&file, 600_064).is_err());
}
