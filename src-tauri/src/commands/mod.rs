//! What the page can call. A command translates its arguments, asks the core's handle and hands
//! the answer back: one line each, a file for each topic. An `if` about a rule belongs to the
//! core. Errors cross as a code, a person's words and numbers.
//!
//! Every command is async, so that none runs on the window's own thread.

#![allow(clippy::needless_pass_by_value, reason = "Tauri hands arguments over by value")]

mod api;
mod asking;
mod backups;
mod bulk;
mod chains;
pub mod clipboard;
mod code;
mod endpoints;
mod exports;
mod links;
mod manners;
mod prompts;
mod receipts;
mod responses;
mod retention;
mod seals;
mod settings;
mod threads;
mod usage;

use skein_core::Result;
use skein_core::wire::{ErrorDetail, JsonObject};
use tauri::ipc::Invoke;

/// What a command answers.
type Answer<T> = std::result::Result<T, ErrorDetail>;

/// Does work that waits for the disk or the keychain. The runtime goes on with other tasks.
fn blocking<T>(work: impl FnOnce() -> Result<T>) -> Answer<T> {
    answer(tokio::task::block_in_place(work))
}

/// Something that the core does not know of was refused.
fn refusal(reason: &str, message: &str) -> ErrorDetail {
    let details = JsonObject::from_iter([("reason".into(), reason.into())]);
    ErrorDetail { code: "invalid_request".into(), message: message.into(), details }
}

fn answer<T>(result: Result<T>) -> Answer<T> {
    result.map_err(|error| error.detail())
}

/// All of them. `src-tauri/permissions` says which of these the page may call.
#[allow(clippy::too_many_lines, reason = "it is a list")]
pub fn all() -> impl Fn(Invoke) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        threads::sidebar,
        threads::sidebar_ids,
        threads::place_of_title,
        threads::metadata_keys,
        threads::metadata_values,
        threads::open_thread,
        threads::message_views,
        threads::message_text,
        threads::compare_messages,
        threads::thread_days,
        threads::print_page,
        threads::rename_thread,
        threads::change_metadata,
        threads::write_metadata,
        threads::set_state,
        threads::delete_thread,
        threads::undelete_thread,
        threads::fork_thread,
        threads::pin_thread,
        threads::choose_version,
        threads::list_history,
        threads::search,
        threads::search_thread,
        bulk::change_threads,
        bulk::undo_change,
        threads::save_draft,
        threads::get_draft,
        responses::subscribe,
        responses::respond,
        responses::retry,
        responses::continue_reply,
        responses::cancel,
        responses::preview_context,
        responses::preview_beginning,
        asking::asking,
        asking::set_thread_options,
        prompts::list_prompts,
        prompts::create_prompt,
        prompts::change_prompt,
        prompts::delete_prompt,
        prompts::fill_prompt,
        receipts::get_receipt,
        receipts::request_page,
        receipts::copy_request,
        receipts::save_request,
        usage::usage_around,
        usage::usage_report,
        usage::list_prices,
        usage::set_price,
        usage::delete_price,
        chains::respond_in_chain,
        chains::open_chain,
        chains::chain_message,
        chains::preview_chain,
        chains::copy_chain_message,
        chains::chain_text,
        chains::keep_chain,
        chains::forget_chain,
        retention::due_threads,
        retention::empty_bin,
        retention::retention_notice,
        retention::dismiss_retention_notice,
        api::api_state,
        api::change_api,
        api::copy_api_token,
        api::show_api_token,
        api::renew_api_token,
        endpoints::list_endpoints,
        endpoints::add_endpoint,
        endpoints::change_endpoint,
        endpoints::remove_endpoint,
        endpoints::set_default_endpoint,
        endpoints::set_key,
        endpoints::delete_key,
        endpoints::test_endpoint,
        endpoints::discover_endpoints,
        endpoints::list_models,
        settings::get_settings,
        settings::patch_settings,
        settings::about,
        settings::leave,
        code::highlight,
        clipboard::copy_message,
        clipboard::copy_text,
        links::check_link,
        links::open_link,
        manners::wanted_thread,
        manners::tell_of_reply,
        manners::set_menu,
        seals::get_seal,
        seals::verify_thread,
        seals::verify_all,
        seals::stop_work,
        seals::signing_key,
        seals::replace_signing_key,
        seals::sign_pending,
        backups::last_backup,
        backups::back_up,
        backups::choose_backup,
        backups::restore_backup,
        backups::restored,
        exports::export,
        exports::export_public_key,
        exports::show_in_folder,
    ]
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeSet;

    use skein_core::wire::{Door, JsonObject};

    #[test]
    fn the_page_may_call_what_it_calls_and_nothing_else() {
        let permissions = include_str!("../../permissions/window.toml");
        let lists: String =
            permissions.split("commands.allow = [").skip(1).filter_map(|list| list.split(']').next()).collect();
        let allowed: BTreeSet<&str> = lists.split('"').skip(1).step_by(2).collect();
        let page = include_str!("../../../ui/src/ipc.ts");
        let called: BTreeSet<&str> =
            page.split("call<").skip(1).filter_map(|call| call.split_once(">('")?.1.split('\'').next()).collect();
        assert_eq!(allowed, called);
        let list = include_str!("mod.rs").split("generate_handler![").nth(1).and_then(|rest| rest.split(']').next());
        let offered = list.unwrap_or_default().split(',').filter_map(|path| path.trim().split("::").nth(1));
        assert_eq!(offered.collect::<BTreeSet<_>>(), called);
    }

    /// The window shows how much too long something is, from what crosses to it.
    #[test]
    fn a_refusal_for_a_size_crosses_with_size_and_limit() {
        let folder = tempfile::tempdir().unwrap();
        let skein = skein_core::Skein::open(skein_core::OpenOptions::new(folder.path(), Door::Window)).unwrap();
        let long = |n: usize| "x".repeat(n);
        let metadata = JsonObject::from_iter([("m".into(), long(16_384).into())]);
        for (refused, size, limit) in [
            (skein.create_thread(Some(&long(129)), None, None), 129, 128),
            (skein.create_thread(None, Some(&long(201)), None), 201, 200),
            (skein.create_thread(None, None, Some(metadata)), 16_392, 16_384),
        ] {
            let details = super::answer(refused).unwrap_err().details;
            assert_eq!((&details["size"], &details["limit"]), (&size.into(), &limit.into()));
        }
    }
}
