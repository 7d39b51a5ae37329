//! The window's TypeScript types are the ones that the wire shapes generate.
//! `make generate` writes them anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use skein_core::wire::{
    About, ApiState, Asking, BackedUp, Backup, BackupFile, BulkChange, BulkReport, ChainView, Chosen, Comparison,
    ContextPreview, Deleted, DueThread, Endpoint, EndpointPatch, EndpointTest, Entry, ErrorDetail, ExportFormat,
    Exported, FilledPrompt, FoundEndpoint, FoundInThread, KeyView, MessageView, Model, NewEndpoint, Page, Price,
    Progress, Prompt, PromptPatch, Receipt, RequestPage, Restored, RetentionReport, SealView, SearchPage, SentRequest,
    Settings, SidebarListing, SidebarPage, StreamEvent, ThreadDay, ThreadOptions, ThreadView, UsageAround, UsageReport,
    Verification, Verified,
};
use ts_rs::{Config, TS};

fn generate(dir: &Path) {
    let config = Config::new().with_out_dir(dir).with_large_int("number");
    macro_rules! export {
        ($($shape:ty),+ $(,)?) => { $(<$shape>::export_all(&config).unwrap();)+ };
    }
    export!(
        About,
        ApiState,
        Asking,
        BackedUp,
        Backup,
        BackupFile,
        BulkChange,
        BulkReport,
        ChainView,
        Chosen,
        Comparison,
        ContextPreview,
        Deleted,
        DueThread,
        Endpoint,
        EndpointPatch,
        EndpointTest,
        Entry,
        ErrorDetail,
        ExportFormat,
        Exported,
        FilledPrompt,
        FoundEndpoint,
        FoundInThread,
        KeyView,
        MessageView,
        Model,
        NewEndpoint,
        Page<DueThread>,
        Price,
        Progress,
        Prompt,
        PromptPatch,
        Receipt,
        RequestPage,
        Restored,
        RetentionReport,
        SealView,
        SearchPage,
        SentRequest,
        Settings,
        SidebarListing,
        SidebarPage,
        StreamEvent,
        ThreadDay,
        ThreadOptions,
        ThreadView,
        UsageAround,
        UsageReport,
        Verification,
        Verified,
    );
}

fn read(dir: &Path) -> BTreeMap<String, String> {
    let files = fs::read_dir(dir).unwrap().map(|file| file.unwrap().path());
    files
        .filter(|path| path.extension().is_some_and(|ending| ending == "ts"))
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read_to_string(&path).unwrap()))
        .collect()
}

#[test]
fn the_generated_types_of_the_window_are_up_to_date() {
    let standing = super::root().join("ui/src/generated");
    if std::env::var_os("SKEIN_WRITE").is_some() {
        fs::remove_dir_all(&standing).unwrap();
        generate(&standing);
    }
    let fresh = tempfile::tempdir().unwrap();
    generate(fresh.path());
    let (standing, fresh) = (read(&standing), read(fresh.path()));
    assert_eq!(standing.keys().collect::<Vec<_>>(), fresh.keys().collect::<Vec<_>>());
    for (file, text) in &fresh {
        assert_eq!(&standing[file], text, "{file} is stale: run `make generate`");
    }
}
