//! Metadata: limits, strictness, merge patches and the keys that lists filter by.

use serde_json::{Value, json};
use skein_core::Code;
use skein_core::thread::{Metadata, parse_metadata};
use skein_core::wire::JsonObject;

fn object(value: Value) -> JsonObject {
    match value {
        Value::Object(object) => object,
        other => panic!("not an object: {other}"),
    }
}

fn nested(levels: usize) -> String {
    format!("{}1{}", "{\"a\":".repeat(levels), "}".repeat(levels))
}

#[test]
fn only_a_json_object_without_doubled_keys_is_metadata() {
    for json in
        ["[]", "[{}]", "1", "\"a\"", "null", "", "{", "{\"a\":1}x", "{\"a\":1,\"a\":2}", "{\"b\":{\"a\":1,\"a\":2}}"]
    {
        let error = parse_metadata(json).unwrap_err();
        assert_eq!(error.code(), Code::InvalidMetadata, "{json}");
    }
    let error = parse_metadata("{\"client\":1,\"client\":2}").unwrap_err();
    assert!(error.to_string().contains("\"client\" stands twice"), "{error}");
}

#[test]
fn metadata_holds_16384_bytes_and_not_one_more() {
    let fits = format!("{{\"a\":\"{}\"}}", "x".repeat(16_384 - 8));
    assert_eq!(parse_metadata(&fits).unwrap().to_json().len(), 16_384);
    let error = parse_metadata(&fits.replace("{\"a", "{\"ab")).unwrap_err();
    assert_eq!(error.code(), Code::MetadataTooLarge);
    assert_eq!((error.details()["size"].as_u64(), error.details()["limit"].as_u64()), (Some(16_385), Some(16_384)));
}

#[test]
fn metadata_nests_32_levels_and_not_one_more() {
    assert!(parse_metadata(&nested(32)).is_ok());
    assert_eq!(parse_metadata(&nested(33)).unwrap_err().code(), Code::InvalidMetadata);
    assert_eq!(parse_metadata(&nested(100_000)).unwrap_err().code(), Code::InvalidMetadata);
}

#[test]
fn numbers_stay_as_they_were_spelled() {
    let json = "{\"b\":1.0,\"a\":1e+5,\"c\":12345678901234567890123,\"d\":-0}";
    assert_eq!(parse_metadata(json).unwrap().to_json(), json);
}

// The examples of RFC 7396, appendix A, whose target and result are objects.
#[test]
fn a_patch_sets_removes_and_leaves_the_rest() {
    for (target, patch, result) in [
        (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
        (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
        (json!({"a": "b"}), json!({"a": null}), json!({})),
        (json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"})),
        (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
        (json!({"a": "c"}), json!({"a": ["b"]}), json!({"a": ["b"]})),
        (json!({"a": {"b": "c"}}), json!({"a": {"b": "d", "c": null}}), json!({"a": {"b": "d"}})),
        (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
        (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
        (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
    ] {
        let merged = Metadata::new(object(target)).unwrap().merge(&object(patch)).unwrap();
        assert_eq!(Value::Object(merged.as_object().clone()), result);
    }
}

#[test]
fn the_shortest_patch_says_what_has_changed_and_no_more() {
    let old = Metadata::new(object(json!({"a": 1, "b": {"c": 1, "d": {"e": 2}}, "f": [1], "g": "x"}))).unwrap();
    let none: serde_json::Map<_, _> = (0..10_000).map(|n| (format!("none{n}"), Value::Null)).collect();
    let mut patch = none.clone();
    patch.extend(object(json!({"a": 1, "f": [1, null], "g": null, "h": {"i": {"j": null, "k": 3}}})));
    let mut inner = none;
    inner.extend(object(json!({"c": null, "d": {"e": 4, "l": null}})));
    patch.insert("b".into(), Value::Object(inner));
    let new = old.merge(&patch).unwrap();
    let shortest = new.patch_from(old.as_object());
    let expected = json!({"b": {"c": null, "d": {"e": 4}}, "f": [1, null], "g": null, "h": {"i": {"k": 3}}});
    assert_eq!(Value::Object(shortest.clone()), expected);
    assert_eq!(old.merge(&shortest).unwrap(), new, "it leads to the same");
    assert!(new.patch_from(new.as_object()).is_empty());
}

#[test]
fn a_patch_that_would_not_fit_is_refused_whole() {
    let metadata = Metadata::new(object(json!({"a": "x".repeat(16_000)}))).unwrap();
    let error = metadata.merge(&object(json!({"b": "y".repeat(400)}))).unwrap_err();
    assert_eq!(error.code(), Code::MetadataTooLarge);
}

#[test]
fn lists_filter_by_strings_and_scalars() {
    let metadata =
        parse_metadata("{\"client\":\"Acme\",\"rating\":5,\"done\":true,\"x\":{},\"y\":[],\"z\":null}").unwrap();
    let keys: Vec<_> = metadata.keys().collect();
    assert_eq!(keys, [("client", "Acme".into()), ("rating", "5".into()), ("done", String::from("true"))]);
}

#[test]
fn a_patch_says_only_what_a_person_changed() {
    for (seen, wanted, patch) in [
        (json!({"a": 1, "b": {"c": 2, "d": 3}}), json!({"a": 1, "b": {"c": 2}}), json!({"b": {"d": null}})),
        (json!({"a": 1}), json!({"b": [null]}), json!({"a": null, "b": [null]})),
        (json!({"a": {"b": 1}}), json!({"a": "b"}), json!({"a": "b"})),
        (json!({"a": 1, "b": 2}), json!({"b": 2, "a": 1}), json!({})),
    ] {
        let wanted = Metadata::new(object(wanted)).unwrap();
        let made = wanted.patch_from(&object(seen.clone()));
        assert_eq!(made, object(patch));
        assert_eq!(Metadata::new(object(seen)).unwrap().merge(&made).unwrap(), wanted);
    }
}
