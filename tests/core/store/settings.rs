//! Settings: what one program sets is not undone by another that sets something else.

use serde_json::json;
use skein_core::keychain::Keychain;
use skein_core::wire::{Door, JsonObject, RetentionMode, Settings, Theme};
use skein_core::{Code, OpenOptions, Skein};

use crate::support::Fixture;

fn open(fixture: &Fixture, door: Door) -> Skein {
    let options = OpenOptions { keychain: Keychain::memory(), ..OpenOptions::new(fixture.dir.path(), door) };
    Skein::open(options).unwrap()
}

fn patch(value: serde_json::Value) -> JsonObject {
    serde_json::from_value(value).unwrap()
}

#[test]
fn two_programs_that_set_different_things_both_have_their_way() {
    let fixture = Fixture::new();
    let (window, terminal) = (open(&fixture, Door::Window), open(&fixture, Door::Cli));
    let seen = window.settings().unwrap();
    assert_eq!(seen, Settings::default());
    terminal.patch_settings(patch(json!({"retention": {"mode": "automatic"}}))).unwrap();
    window.patch_settings(patch(json!({"appearance": {"theme": "dark"}, "groupBy": null}))).unwrap();
    let after = terminal.patch_settings(patch(json!({"appearance": {"textSize": 120}}))).unwrap();
    assert_eq!(after, window.settings().unwrap());
    assert_eq!(after.retention.mode, RetentionMode::Automatic);
    assert_eq!(after.retention.age_days, seen.retention.age_days, "the rest of what it belongs to stays");
    assert_eq!((after.appearance.theme, after.appearance.text_size), (Theme::Dark, 120));
    assert_eq!(after.group_by, None);
}

#[test]
fn what_no_setting_can_be_changes_nothing() {
    let fixture = Fixture::new();
    let skein = open(&fixture, Door::Window);
    for wrong in [
        json!({"appearance": {"theme": "plaid"}}),
        json!({"enterSends": 1, "sort": "title"}),
        json!({"retention": {"ageDays": 0}}),
        json!({"panes": null}),
    ] {
        assert_eq!(skein.patch_settings(patch(wrong.clone())).unwrap_err().code(), Code::InvalidRequest, "{wrong}");
    }
    assert_eq!(skein.settings().unwrap(), Settings::default());
}
