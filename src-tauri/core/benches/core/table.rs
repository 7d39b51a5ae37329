//! The table of figures, and how a figure is taken.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::time::{Duration, Instant};

const HEAD: &str = "| work | measured | bare limit, same run | ratio | goal |\n| --- | --- | --- | --- | --- |";

pub struct Table {
    title: &'static str,
    rows: Vec<[String; 5]>,
}

impl Table {
    pub const fn new(title: &'static str) -> Self {
        Self { title, rows: Vec::new() }
    }

    /// A figure beside its bare limit, and the goal for their ratio.
    pub fn ratio(&mut self, work: &str, took: f64, unit: &str, bare: (&str, f64), goal: &str) {
        self.rows.push([
            work.into(),
            format!("{took:.3} {unit}"),
            format!("{:.3} {unit} ({})", bare.1, bare.0),
            format!("{:.2}", took / bare.1),
            goal.into(),
        ]);
    }

    /// A figure with a goal of its own.
    pub fn figure(&mut self, work: &str, took: f64, unit: &str, goal: &str) {
        self.rows.push([work.into(), format!("{took:.3} {unit}"), String::new(), String::new(), goal.into()]);
    }

    /// Prints it, and adds its rows to the file that `SKEIN_TABLE` names: there they stand beside those of other runs.
    pub fn print(&self) {
        println!("\n## {}\n\n{HEAD}", self.title);
        for row in &self.rows {
            println!("| {} |", row.join(" | "));
        }
        let Some(path) = std::env::var_os("SKEIN_TABLE") else { return };
        let mut table = OpenOptions::new().create(true).append(true).open(path).unwrap();
        if table.metadata().unwrap().len() == 0 {
            writeln!(table, "{HEAD}").unwrap();
        }
        for row in &self.rows {
            writeln!(table, "| {} |", row.join(" | ")).unwrap();
        }
    }
}

pub const fn ms(took: Duration) -> f64 {
    took.as_nanos() as f64 / 1e6
}

/// The median of `count` runs, in milliseconds.
pub fn median(count: usize, mut work: impl FnMut()) -> f64 {
    percentile(50, count, |_| work())
}

/// A percentile over `count` runs, in milliseconds.
pub fn percentile(percent: usize, count: usize, mut work: impl FnMut(usize)) -> f64 {
    let mut times: Vec<Duration> = (0..count)
        .map(|run| {
            let start = Instant::now();
            work(run);
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    ms(times[(count * percent / 100).min(count - 1)])
}
