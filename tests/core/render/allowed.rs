//! A strict reader of the HTML that render may write. It knows the contract and nothing else: a
//! tag, attribute, value or entity that is not in it fails.

const VOID: &[&str] = &["hr", "br", "input"];
const TAGS: &[(&str, &[&str])] = &[
    ("p", &["dir"]),
    ("h3", &["class", "dir"]),
    ("h4", &["class", "dir"]),
    ("h5", &["class", "dir"]),
    ("h6", &["class", "dir"]),
    ("blockquote", &["dir"]),
    ("ul", &["dir"]),
    ("ol", &["class", "dir", "start"]),
    ("li", &["class", "dir", "data-note"]),
    ("hr", &[]),
    ("br", &[]),
    ("pre", &["class", "dir"]),
    ("div", &["class", "dir", "tabindex", "data-source"]),
    ("code", &["class", "dir", "tabindex", "data-lang"]),
    ("span", &["class", "dir", "data-code", "data-source"]),
    ("table", &["dir"]),
    ("thead", &[]),
    ("tbody", &[]),
    ("tr", &[]),
    ("th", &["scope", "class", "dir"]),
    ("td", &["class", "dir"]),
    ("em", &[]),
    ("strong", &[]),
    ("del", &[]),
    ("sup", &["class", "data-note"]),
    ("label", &[]),
    ("input", &["type", "disabled", "checked"]),
    ("button", &["type", "class", "data-copy", "data-wrap", "data-mark", "data-back", "data-href", "title"]),
    ("a", &["href", "title", "data-link", "rel", "dir"]),
    ("math", MATH),
    ("mrow", MATH),
    ("mi", MATH),
    ("mn", MATH),
    ("mo", MATH),
    ("mtext", MATH),
    ("mspace", MATH),
    ("msup", MATH),
    ("msub", MATH),
    ("msubsup", MATH),
    ("munder", MATH),
    ("mover", MATH),
    ("munderover", MATH),
    ("mmultiscripts", MATH),
    ("mprescripts", MATH),
    ("mfrac", MATH),
    ("msqrt", MATH),
    ("mroot", MATH),
    ("mtable", MATH),
    ("mtr", MATH),
    ("mtd", MATH),
];
/// What an element of a formula may have: words and lengths, no addresses and no styles.
const MATH: &[&str] = &[
    "display",
    "displaystyle",
    "scriptlevel",
    "stretchy",
    "symmetric",
    "largeop",
    "movablelimits",
    "fence",
    "separator",
    "accent",
    "accentunder",
    "form",
    "mathvariant",
    "width",
    "height",
    "depth",
    "lspace",
    "rspace",
    "minsize",
    "maxsize",
    "linethickness",
    "class",
];
const CLASSES: &[&str] = &[
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "task",
    "notes",
    "note",
    "label",
    "code",
    "head",
    "lang",
    "copy",
    "wrap",
    "back",
    "raw",
    "run",
    "table",
    "math",
    "chip image",
    "alt",
    "address",
    "control",
    "left",
    "center",
    "right",
    "k",
    "s",
    "c",
    "f",
    "t",
];

/// Fails unless the HTML keeps to the contract; says where it does not.
pub fn check(html: &str) -> Result<(), String> {
    let mut open: Vec<String> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        check_text(&rest[..at])?;
        let end = rest[at..].find('>').ok_or("a tag without an end")? + at;
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            let last = open.pop();
            if last.as_deref() != Some(name) {
                return Err(format!("</{name}> closes {last:?}"));
            }
            continue;
        }
        let name = check_tag(tag)?;
        let holds_nothing =
            |outer: &String| ["a", "button"].contains(&outer.as_str()) || (outer == "label" && name == "button");
        if ["a", "button", "input"].contains(&name.as_str()) && open.iter().any(holds_nothing) {
            return Err(format!("<{name}> within {open:?}"));
        }
        if !VOID.contains(&name.as_str()) {
            open.push(name);
        }
    }
    check_text(rest)?;
    if open.is_empty() { Ok(()) } else { Err(format!("left open: {open:?}")) }
}

fn check_text(text: &str) -> Result<(), String> {
    if let Some(c) =
        text.chars().find(|c| matches!(c, '>' | '"' | '\'') || (c.is_control() && !matches!(c, '\n' | '\t')))
    {
        return Err(format!("a bare {c:?} in {text:?}"));
    }
    for (at, _) in text.match_indices('&') {
        let known = ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;"];
        if !known.iter().any(|entity| text[at..].starts_with(entity)) {
            return Err(format!("an entity of its own in {text:?}"));
        }
    }
    Ok(())
}

/// A tag's name, if it and all its attributes are allowed.
fn check_tag(tag: &str) -> Result<String, String> {
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    let (_, attributes) = TAGS.iter().find(|(known, _)| *known == name).ok_or_else(|| format!("tag <{tag}>"))?;
    while !rest.is_empty() {
        let end = rest.find([' ', '=']).unwrap_or(rest.len());
        let attribute = &rest[..end];
        if !attributes.contains(&attribute) {
            return Err(format!("attribute {attribute} in <{tag}>"));
        }
        rest = &rest[end..];
        if let Some(quoted) = rest.strip_prefix("=\"") {
            let (value, after) = quoted.split_once('"').ok_or_else(|| format!("an open quote in <{tag}>"))?;
            check_text(value)?;
            check_value(attribute, value).ok_or_else(|| format!("{attribute}={value:?} in <{tag}>"))?;
            rest = after;
        } else if !["disabled", "checked", "data-link", "data-copy", "data-wrap", "data-mark", "data-back"]
            .contains(&attribute)
        {
            return Err(format!("{attribute} without a value in <{tag}>"));
        }
        rest = rest.strip_prefix(' ').unwrap_or(rest);
    }
    Ok(name.to_owned())
}

fn check_value(attribute: &str, value: &str) -> Option<()> {
    let address = |value: &str| {
        ["https://", "http://", "mailto:"].iter().any(|scheme| value.starts_with(scheme))
            && !value.contains(char::is_whitespace)
    };
    let number = |value: &str| !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    let good = match attribute {
        "href" | "data-href" => address(value),
        "class" => {
            CLASSES.contains(&value)
                || value.split(' ').all(|class| class.starts_with("menv-") || class.starts_with("cell-"))
        }
        "dir" => ["auto", "ltr", "rtl"].contains(&value),
        "tabindex" => value == "0",
        "type" => ["button", "checkbox"].contains(&value),
        "rel" => value == "noopener noreferrer",
        "scope" => value == "col",
        "start" | "data-note" => number(value),
        "data-code" => {
            let (code, times) = value.split_once(" × ").unwrap_or((value, "2"));
            code.starts_with("U+") && code[2..].bytes().all(|byte| byte.is_ascii_hexdigit()) && number(times)
        }
        "title" | "data-lang" | "data-source" => true,
        name if MATH.contains(&name) => {
            value.len() < 12 && value.bytes().all(|b| b.is_ascii_alphanumeric() || b".+-%".contains(&b))
        }
        _ => false,
    };
    good.then_some(())
}

/// The addresses that could be opened from the HTML.
pub fn addresses(html: &str) -> Vec<String> {
    let starts = html.match_indices("href=\"").map(|(at, found)| at + found.len());
    starts.map(|at| html[at..].split('"').next().unwrap().replace("&amp;", "&")).collect()
}

/// What a reader sees: the HTML without its tags.
pub fn text(html: &str) -> String {
    let mut out = String::new();
    for part in html.split('<') {
        out.push_str(part.split_once('>').map_or(part, |(_, text)| text));
    }
    out.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&")
}

#[test]
fn the_reader_refuses_what_it_does_not_know() {
    let bad = [
        "<script>x</script>",
        "<p onclick=\"x\"></p>",
        "<a href=\"javascript:x\"></a>",
        "<p>&copy;</p>",
        "<p>",
        "</p>",
        "<p dir=auto></p>",
        "<img src=\"x\">",
        "<p class=\"mine\"></p>",
        "<p>\u{1b}</p>",
        "<a href=\"https://a.example/\"><button type=\"button\"></button></a>",
        "<span style=\"x\"></span>",
    ];
    for html in bad {
        assert!(check(html).is_err(), "{html}");
    }
    check("<p dir=\"auto\">a &amp; <a href=\"https://a.example/\" data-link>b</a></p>").unwrap();
}
