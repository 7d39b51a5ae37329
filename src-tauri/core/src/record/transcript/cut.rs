//! Cuts a message that is too much for one part of a PDF: between blocks or, where one alone is too much, in it.

use serde_json::{Map, Value, json};

/// What a node consists of: text, or nodes of its own.
const INSIDES: [&str; 4] = ["s", "c", "items", "rows"];

/// Nodes in groups of at most `most` bytes of JSON, in order. What cannot be cut stays whole.
pub fn groups(nodes: &[Value], most: usize) -> Vec<Vec<Value>> {
    let mut groups = vec![Vec::new()];
    let mut size = 0;
    for node in nodes.iter().flat_map(|node| pieces(node, most)) {
        let its = node.to_string().len();
        if size + its > most && size > 0 {
            groups.push(Vec::new());
            size = 0;
        }
        size += its;
        groups.last_mut().into_iter().for_each(|last| last.push(node.clone()));
    }
    groups
}

/// A node whole or, if it is too much, as several of its kind.
fn pieces(node: &Value, most: usize) -> Vec<Value> {
    if node.to_string().len() <= most {
        return vec![node.clone()];
    }
    match node {
        Value::String(text) => texts(text, most).map(Value::from).collect(),
        Value::Object(fields) => {
            let inside = INSIDES.iter().find_map(|name| Some((*name, fields.get(*name)?)));
            match inside {
                Some((name, Value::String(text))) => {
                    texts(text, most).map(|text| with(fields, name, text.into(), 0)).collect()
                }
                Some((name, Value::Array(nodes))) => {
                    let mut before = 0;
                    let mut several = Vec::new();
                    for group in groups(nodes, most) {
                        let count = group.len();
                        several.push(with(fields, name, group.into(), before));
                        before += count;
                    }
                    several
                }
                _ => vec![node.clone()],
            }
        }
        _ => vec![node.clone()],
    }
}

/// A node with other insides; a list goes on counting.
fn with(fields: &Map<String, Value>, name: &str, inside: Value, before: usize) -> Value {
    let mut fields = fields.clone();
    fields.insert(name.into(), inside);
    if let Some(start) = fields.get("start").and_then(Value::as_u64) {
        fields.insert("start".into(), json!(start + before as u64));
    }
    Value::Object(fields)
}

/// A text in pieces, each ending with a line, else with a word.
fn texts(text: &str, most: usize) -> impl Iterator<Item = &str> {
    // Every character may be written as six.
    let most = most / 6;
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut end = rest.floor_char_boundary(most);
        if end < rest.len() {
            let before = &rest[..end];
            end = before.rfind('\n').or_else(|| before.rfind(' ')).map_or(end, |at| at + 1);
        }
        let (piece, after) = rest.split_at(end);
        rest = after;
        (!piece.is_empty()).then_some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(value: &Value) -> String {
        match value {
            Value::String(text) => text.clone(),
            Value::Array(all) => all.iter().map(words).collect(),
            Value::Object(fields) => INSIDES.iter().find_map(|name| fields.get(*name)).map(words).unwrap_or_default(),
            _ => String::new(),
        }
    }

    #[test]
    fn nothing_is_lost_and_no_group_is_too_large() {
        let long = "word \u{e9}\u{1f600}\n".repeat(300);
        let unbroken = "\u{6a5f}".repeat(2_000);
        let nodes = vec![
            json!({ "k": "p", "c": [long, { "k": "em", "c": [unbroken] }, "end"] }),
            json!({ "k": "code", "lang": "c", "s": long }),
            json!({ "k": "list", "start": 7, "tight": true, "items": vec![json!({ "task": null, "c": [{ "k": "p", "c": [long] }] }); 3] }),
            json!({ "k": "quote", "c": [{ "k": "source", "s": unbroken }] }),
            json!({ "k": "rule" }),
        ];
        let groups = groups(&nodes, 1_024);
        assert!(groups.len() > 10);
        assert!(groups.iter().all(|group| group.iter().map(|node| node.to_string().len()).sum::<usize>() <= 1_280));
        let all: Vec<Value> = groups.into_iter().flatten().collect();
        assert_eq!(words(&Value::Array(all.clone())), words(&Value::Array(nodes)));
        let starts: Vec<u64> = all.iter().filter_map(|node| node["start"].as_u64()).collect();
        assert!(starts.len() > 3 && starts.is_sorted() && starts[0] == 7, "{starts:?}");
    }
}
