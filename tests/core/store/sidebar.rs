//! The sidebar: its groups, its order, what narrows it.

use skein_core::store::{sidebar, thread, view};
use skein_core::wire::{Role, SidebarListing, SidebarSort, State};

use crate::support::{Fixture, filled, open};

#[test]
fn the_sidebar_groups_by_a_key_pinned_first_and_pages_through_all() {
    let (fixture, threads) = filled();
    fixture.store.write(|tx| view::pin(tx, threads[1].seq, true)).unwrap();
    let listing = SidebarListing { group_by: Some("client".into()), ..SidebarListing::default() };
    let page = |offset, limit| fixture.store.read(|conn| sidebar::list(conn, &listing, offset, limit)).unwrap();
    let whole = page(0, 100);
    let groups: Vec<_> = whole.groups.iter().map(|group| (group.name.as_deref(), group.pinned, group.count)).collect();
    assert_eq!(
        groups,
        [
            (None, true, 1),
            (Some("Acme"), false, 7),
            (Some("acme"), false, 6),
            (Some("Helvetia"), false, 6),
            (None, false, 5)
        ]
    );
    assert_eq!(whole.total, 25);
    assert_eq!(whole.rows[0].id, "t01");
    let paged: Vec<_> = (0..25).step_by(4).flat_map(|offset| page(offset, 4).rows).collect();
    assert_eq!(paged, whole.rows);
    let flat = fixture.store.read(|conn| sidebar::list(conn, &SidebarListing::default(), 0, 3)).unwrap();
    assert_eq!(flat.groups.len(), 2, "pinned and the rest");
}

#[test]
fn the_sidebar_is_ordered_as_is_wished_within_its_groups() {
    let (fixture, names) = (Fixture::new(), ["zebra", "Ärger", "apple", "Banana"]);
    let skein = open(&fixture);
    for (n, name) in names.iter().enumerate() {
        skein.create_thread(Some(&format!("t{n}")), Some(name), None).unwrap();
    }
    fixture.message(
        &fixture.store.read(|conn| thread::find_by_id(conn, "t1")).unwrap().unwrap(),
        None,
        Role::User,
        "news",
    );
    let titles = |sort| {
        let listing = SidebarListing { sort, ..SidebarListing::default() };
        let rows = skein.sidebar(&listing, 0, 10).unwrap().rows;
        rows.into_iter().filter_map(|row| row.title).collect::<Vec<_>>()
    };
    assert_eq!(titles(SidebarSort::Title), ["apple", "Ärger", "Banana", "zebra"]);
    assert_eq!(titles(SidebarSort::Created), ["Banana", "apple", "Ärger", "zebra"]);
    let listing = SidebarListing { sort: SidebarSort::Title, ..SidebarListing::default() };
    assert_eq!(skein.sidebar_ids(&listing, 1, 2).unwrap(), ["t1", "t3"]);
    for (from, text, place) in
        [(0, "a", Some(0)), (1, "A", Some(1)), (2, "a", Some(0)), (0, "ba", Some(2)), (0, "q", None)]
    {
        assert_eq!(skein.place_of_title(&listing, from, text).unwrap(), place, "{from} {text}");
    }
}

#[test]
fn the_sidebar_narrows_by_the_beginnings_of_words_and_by_what_is_said_of_threads() {
    let fixture = Fixture::new();
    let skein = open(&fixture);
    for (id, title, client) in [
        ("a", "Transfer pricing memo", "Acme GmbH"),
        ("b", "Route planning", "Acme GmbH"),
        ("c", "Überprüfung", "Müller"),
    ] {
        let metadata = serde_json::json!({"client": client, "matter": id}).as_object().cloned();
        skein.create_thread(Some(id), Some(title), metadata).unwrap();
    }
    skein.set_state("b", State::Locked).unwrap();
    let found = |text: &str| {
        let listing = SidebarListing { text: Some(text.into()), group_by: Some("client".into()), ..Default::default() };
        let page = skein.sidebar(&listing, 0, 10).unwrap();
        assert_eq!(page.total as usize, page.rows.len());
        assert_eq!(page.groups.iter().map(|group| group.count).sum::<u32>(), page.total);
        page.rows.into_iter().map(|row| row.id).collect::<String>()
    };
    for (text, expected) in [
        ("  ", "bac"),
        ("pric", "a"),
        ("uber", "c"),
        ("acme", "ba"),
        ("memo acme", "a"),
        ("mull", "c"),
        ("ricing", ""),
        ("state:locked", "b"),
        ("state:open client:\"acme gmbh\"", "a"),
        ("metadata.matter:C", "c"),
        ("***", "bac"),
    ] {
        assert_eq!(found(text), expected, "{text}");
    }
    assert_eq!(skein.metadata_keys().unwrap(), ["client", "matter"]);
    assert_eq!(skein.metadata_values("client").unwrap(), ["Acme GmbH", "Müller"]);
}
