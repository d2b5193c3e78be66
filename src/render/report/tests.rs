//! The page and the CSV of made-up weeks.

use unicode_width::UnicodeWidthStr;

use super::*;
use crate::domain::measures::{Counts, Day, InboxFlow, LeftOut, Load, Period};

fn hours(n: i64) -> Option<Duration> {
    Some(Duration::minutes(n * 60 + 12))
}

fn spread(n: usize, median: i64) -> Spread {
    Spread { n, median: hours(median), p90: hours(median * 7), mean: hours(median * 2) }
}

fn day(date: &str, opened: u64, closed: u64) -> Day {
    Day { date: date.parse().unwrap(), opened, closed, arrived: opened * 2, replies: closed }
}

/// A week of a small desk.
fn week() -> Measures {
    let flow = |counts, n, median| Flow {
        counts,
        first_response: spread(n, median),
        first_resolution: spread(n, 30),
        full_resolution: Spread::default(),
    };
    let (from, to) = ("2026-05-04T00:00:00+02:00", "2026-05-11T00:00:00+02:00");
    let period = Period::new(from.parse().unwrap(), to.parse().unwrap()).unwrap();
    let support = Counts {
        opened: 96,
        reopened: 5,
        closed: 88,
        arrived: 240,
        replies: 180,
        open: 15,
        pending: 9,
        snoozed: 2,
    };
    let sales = Counts {
        opened: 36,
        closed: 30,
        arrived: 61,
        replies: 60,
        open: 8,
        pending: 3,
        ..Counts::default()
    };
    let total = Counts {
        opened: 132,
        reopened: 5,
        closed: 118,
        arrived: 301,
        replies: 240,
        open: 23,
        pending: 12,
        snoozed: 2,
    };
    let inbox = |name: &str, flow| InboxFlow { inbox: name.parse().unwrap(), flow };
    let load = |who, open, replies| Load { who, open, replies };
    let agent = |name: &str| Who::Agent(name.parse().unwrap());
    Measures {
        period,
        zone: "Europe/Amsterdam".parse().unwrap(),
        total: flow(total, 121, 1),
        inboxes: vec![inbox("sales", flow(sales, 33, 3)), inbox("support", flow(support, 88, 1))],
        days: vec![
            day("2026-05-04", 31, 18),
            day("2026-05-05", 27, 30),
            day("2026-05-06", 22, 24),
            day("2026-05-07", 25, 21),
            day("2026-05-08", 19, 25),
            day("2026-05-09", 6, 0),
            day("2026-05-10", 2, 0),
        ],
        load: vec![
            load(agent("anna"), 9, 104),
            load(agent("bram"), 7, 88),
            load(agent("chidi"), 0, 48),
            load(Who::Team("finance".parse().unwrap()), 3, 0),
            load(Who::Nobody, 4, 0),
        ],
        left_out: LeftOut { spam: 17, merged: 1, damaged: 0 },
    }
}

const PAGE: &str = "\
Report Mon 2026-05-04 to Sun 2026-05-10 (Europe/Amsterdam)

Came and went
  opened       132
  reopened       5
  closed       118  19 fewer than came
  messages in  301
  replies      240

Still to do  37
  open       23  ████████████████████  4 with nobody
  pending    12  ██████████▍
  snoozed     2  █▋

How long it took    median     p90    mean    n
  first response    1h 12m  7h 12m  2h 12m  121
  first resolution   1d 6h  8d 18h  2d 12h  121
  full resolution        -       -       -    0

Inboxes    opened  closed  replies  to do  response
  sales        36      30       60     11    3h 12m
  support      96      88      180     26    1h 12m

Day by day   opened                          closed
  Mon 05-04      31  ██████████████████████      18  ████████████▊
  Tue 05-05      27  ███████████████████▏        30  █████████████████████▎
  Wed 05-06      22  ███████████████▌            24  █████████████████
  Thu 05-07      25  █████████████████▋          21  ██████████████▉
  Fri 05-08      19  █████████████▍              25  █████████████████▋
  Sat 05-09       6  ████▎                        0
  Sun 05-10       2  █▍                           0

Who has what    open                         replies
  anna             9  █████████████████████      104  █████████████████████
  bram             7  ████████████████▎           88  █████████████████▊
  chidi            0                              48  █████████▋
  team:finance     3  ███████                      0
  nobody           4  █████████▎                   0

Not counted: 17 conversations with spam.
Not counted: 1 conversation merged into others.
";

#[test]
fn the_page_of_a_week() {
    assert_eq!(page(&week(), Screen::Pipe), PAGE);
}

/// Look at it: `cargo test --lib look_at_the_page -- --ignored --nocapture`.

#[test]
fn it_fits_the_terminal() {
    for width in 60..120 {
        let page = page(&week(), Screen::Terminal { width, colour: false });
        let widest = page.lines().max_by_key(|line| line.width()).unwrap();
        assert!(widest.width() <= width, "{width}: {widest}");
        assert!(page.lines().all(|line| line == line.trim_end()), "{width}");
    }
}

#[test]
fn an_empty_desk_has_a_page() {
    let mut empty = week();
    (empty.total, empty.left_out) = (Flow::default(), LeftOut::default());
    (empty.inboxes, empty.days, empty.load) = (vec![], vec![], vec![]);
    let page = page(&empty, Screen::Pipe);
    assert!(page.contains("  first response         -    -     -  0\n"), "{page}");
    assert!(page.ends_with("0\n"), "{page}");
}

#[test]
fn long_periods_have_weeks_and_months() {
    let first: chrono::NaiveDate = "2026-01-01".parse().unwrap();
    let days = |n: u64| -> Vec<Day> {
        let dates = (0..n).map(|i| first + chrono::Days::new(i));
        dates.map(|date| Day { date, ..day("2026-01-01", 1, 0) }).collect()
    };
    let lines = |n| days::section(&days(n), PAPER).lines().count() - 1;
    assert_eq!((lines(31), lines(32), lines(217), lines(218), lines(365)), (31, 5, 32, 8, 12));
    assert!(days::section(&days(365), PAPER).contains("\n  2026-02           28  █"));
}

#[test]
fn csv_is_long_and_stable() {
    let csv = csv(&week());
    assert!(
        csv.starts_with("section,inbox,key,measure,value\nperiod,,,from,2026-05-03T22:00:00Z\n")
    );
    for line in [
        "period,,,zone,Europe/Amsterdam",
        "flow,,,opened,132",
        "flow,support,,first_response.median_ms,4320000",
        "flow,,,full_resolution.n,0",
        "flow,,,full_resolution.median_ms,",
        "day,,2026-05-04,closed,18",
        "load,,team:finance,open,3",
        "left-out,,,spam,17",
        "left-out,,,merged,1",
    ] {
        assert!(csv.lines().any(|l| l == line), "{line}\n{csv}");
    }
    assert!(csv.lines().all(|line| line.split(',').count() == 5));
    let mut odd = week();
    odd.load = vec![Load { who: Who::Login("a,\"b".into()), open: 1, replies: 0 }];
    assert!(super::csv(&odd).contains("load,,\"login:a,\"\"b\",open,1\n"));
}
