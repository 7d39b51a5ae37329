//! Retention: what is due, what a run does, and the policy.

use serde_json::json;
use skein_core::Skein;
use skein_core::wire::{CleanedThread, DueReason, DueThread, JsonObject, Retention, RetentionMode, RetentionReport};

use super::show;
use crate::args::RetentionCommand;
use crate::failure::Failure;
use crate::output::{Output, minute, note, one_line};

/// Runs a command about retention.
pub fn run(skein: &Skein, command: &RetentionCommand, output: &Output) -> Result<u8, Failure> {
    match command {
        RetentionCommand::List { limit, after } => {
            let page = skein.due_threads(after.as_deref(), *limit)?;
            if !output.json && page.data.is_empty() {
                note("Nothing is due.");
            }
            output.value(&page, |page| {
                let mut lines: Vec<String> = page.data.iter().map(|due| due_words(due, output)).collect();
                lines.extend(show::more(page, output));
                lines.join("\n")
            })?;
        }
        RetentionCommand::Run => output.value(&skein.run_retention()?, report_words)?,
        RetentionCommand::Policy { mode, inactivity_days, age_days } => {
            let given = [
                ("mode", mode.map(|mode| json!(mode))),
                ("inactivityDays", inactivity_days.map(|days| json!(days))),
                ("ageDays", age_days.map(|days| json!(days))),
            ];
            let policy: JsonObject =
                given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
            let settings = if policy.is_empty() {
                skein.settings()?
            } else {
                skein.patch_settings(JsonObject::from_iter([("retention".to_owned(), policy.into())]))?
            };
            output.value(&settings.retention, policy_words)?;
        }
    }
    Ok(0)
}

fn due_words(due: &DueThread, output: &Output) -> String {
    let reasons: Vec<String> = due
        .reasons
        .iter()
        .map(|reason| match reason {
            DueReason::Inactivity => format!("{} days without activity", due.inactive_days),
            DueReason::Age => format!("{} days old", due.age_days),
        })
        .collect();
    let title = one_line(due.thread.title.as_deref().unwrap_or("(no title)"));
    format!("{}  {}  {}", due.thread.id, output.faint(&reasons.join(", ")), output.strong(&title))
}

fn report_words(report: &RetentionReport) -> String {
    let mut lines = Vec::new();
    let mut tell = |cleaned: &[CleanedThread], what: &str| {
        lines.extend(cleaned.iter().map(|one| {
            let title = one_line(one.title.as_deref().unwrap_or("(no title)"));
            let when = one.erases_at.as_deref().map(|at| format!("; the bin erases it from {}", minute(at)));
            format!("{} {what}{}  {title}", one.id, when.unwrap_or_default())
        }));
    };
    tell(&report.binned, "went to the bin");
    tell(&report.noticed, "will be erased");
    tell(&report.erased, "is erased");
    if let Some(until) = &report.held_until {
        lines.push(format!("The clock has jumped, so nothing is erased before {}.", minute(until)));
    }
    if lines.is_empty() {
        lines.push("Nothing was to be done.".into());
    }
    lines.join("\n")
}

fn policy_words(policy: &Retention) -> String {
    let mode = match policy.mode {
        RetentionMode::Review => "Review: due threads are shown, and nothing goes by itself",
        RetentionMode::Automatic => "Automatic: inactive threads go to the bin by themselves",
    };
    format!(
        "{mode}. A thread is due after {} days without activity, or {} days after it was made.",
        policy.inactivity_days, policy.age_days
    )
}
