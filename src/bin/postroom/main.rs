//! The executable: a verb, its arguments, one call into the desk.

fn main() {}
