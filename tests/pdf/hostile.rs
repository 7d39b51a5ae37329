//! Text that would like to be more than text.

use serde_json::json;

use super::{message, paragraph, part, print};

const HOSTILE: &[&str] = &[
    "#let x = 1; #import \"@preview/cetz:0.3.0\": *",
    "#read(\"/etc/passwd\") #include \"other.typ\" #panic(\"gone\")",
    "$ sum_(i=0)^n $ and $x^2$ and @label <label> = Heading? - no list + no",
    "\\input{/etc/passwd} \\write18{id} \\def\\a{\\a\\a}\\a",
    "<script>alert(1)</script> <img src=x onerror=alert(1)> &amp; &#65;",
    "*stars* _underscores_ `ticks` ~ tilde --- dashes \"quotes\" // comment /* block */",
    "]] ) } #eval(\"1+1\") #sys.inputs #plugin(\"a.wasm\")",
];

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '\u{200B}').collect()
}

#[test]
fn code_of_any_language_prints_as_that_text() {
    for kind in ["p", "h", "code", "source", "inline code", "quote", "table", "title"] {
        let all: Vec<_> = HOSTILE
            .iter()
            .map(|&text| match kind {
                "h" => json!({ "k": "h", "level": 2, "c": [text] }),
                "code" => json!({ "k": "code", "lang": text, "s": text }),
                "source" => json!({ "k": "source", "s": text }),
                "inline code" => json!({ "k": "p", "c": [{ "k": "code", "s": text }] }),
                "quote" => json!({ "k": "quote", "c": [paragraph(text)] }),
                "table" => json!({ "k": "table", "align": ["natural"], "head": [[text]], "rows": [[[text]]] }),
                _ => paragraph(text),
            })
            .collect();
        let mut part = part(vec![message(1, json!(all))]);
        if kind == "title" {
            part["title"] = json!(HOSTILE.join(" "));
            part["facts"] = json!([[HOSTILE[0], HOSTILE[1]]]);
            part["messages"][0]["name"] = json!(HOSTILE[0]);
            part["messages"][0]["marks"] = json!([HOSTILE[2]]);
        }
        let words = squeezed(&print(&part).words());
        for text in HOSTILE {
            assert!(words.contains(&squeezed(text)), "{kind}: {text} is not in {words}");
        }
    }
}

#[test]
fn a_formula_shows_or_is_shown_as_written() {
    let hostile = [
        "$\\def\\a{\\a\\a}\\a$",
        "$\\input{/etc/passwd}$",
        "$#read(\"/etc/passwd\")$",
        "$\\unknown{x}$",
        "$\\frac{1}$",
        "$}{$",
        "$\\left( x$",
    ];
    let mut all: Vec<_> =
        hostile.iter().map(|&source| json!({ "k": "p", "c": [{ "k": "math", "s": source }] })).collect();
    all.push(json!({ "k": "math", "s": format!("$${}x{}$$", "{".repeat(500), "}".repeat(500)) }));
    all.push(json!({ "k": "math", "s": format!("$${}$$", "\\frac{a}".repeat(400)) }));
    let words = squeezed(&print(&part(vec![message(1, json!(all))])).words());
    for source in &hostile[..2] {
        assert!(words.contains(&squeezed(source)), "{source} is not in {words}");
    }
}

#[test]
fn characters_that_steer_are_shown_or_gone() {
    let text = "safe\u{202E}live\u{2066}x \u{0}\u{7}\u{1B}[31m\u{FEFF}\u{FFFE}\u{FFFF}end";
    let words = print(&part(vec![message(1, json!([paragraph(text)]))])).words();
    assert!(words.contains("[U+202E]live[U+2066]x"), "{words}");
    assert!(words.contains("[31mend"), "{words}");
}

#[test]
fn a_link_goes_only_where_it_was_allowed_to() {
    let body = json!([{ "k": "p", "c": [
        { "k": "link", "to": "https://example.org/", "address": "https://example.org/", "c": ["the source"] },
        " and ",
        { "k": "link", "to": null, "address": "javascript:alert(1)", "c": ["a trap"] },
        { "k": "image", "address": "https://example.org/a.png", "alt": "A plan" },
    ] }]);
    let printed = print(&part(vec![message(1, body)]));
    let links = printed.told("pdfinfo", &["-url"], &[]);
    assert!(links.contains("https://example.org/"), "{links}");
    assert!(!links.contains("javascript"), "{links}");
    let words = squeezed(&printed.words());
    for seen in ["<https://example.org/>", "<javascript:alert(1)>", "Aplan", "<https://example.org/a.png>"] {
        assert!(words.contains(seen), "{seen}: {words}");
    }
}
