//! Usage, and the prices that a person enters.

use skein_core::wire::{Price, UsageAround, UsageBy, UsageReport};
use skein_core::{Skein, UsageFilter};
use tauri::State;

use super::{Answer, blocking};

type Handle<'a> = State<'a, Skein>;

#[tauri::command(async)]
pub fn usage_around(skein: Handle<'_>, thread: String) -> Answer<UsageAround> {
    blocking(|| skein.usage_around(&thread))
}

#[tauri::command(async)]
pub fn usage_report(skein: Handle<'_>, by: UsageBy, month: Option<String>) -> Answer<UsageReport> {
    blocking(|| skein.usage(&UsageFilter { by, month, ..UsageFilter::default() }))
}

#[tauri::command(async)]
pub fn list_prices(skein: Handle<'_>) -> Answer<Vec<Price>> {
    blocking(|| skein.list_prices())
}

#[tauri::command(async)]
pub fn set_price(skein: Handle<'_>, price: Price) -> Answer<()> {
    blocking(|| skein.set_price(&price))
}

#[tauri::command(async)]
pub fn delete_price(skein: Handle<'_>, endpoint: String, model: String) -> Answer<()> {
    blocking(|| skein.delete_price(&endpoint, &model))
}
