//! Formulas are formulas, and money is money.

use skein_core::render::html;

use crate::allowed::{check, text};

#[test]
fn money_is_not_mathematics() {
    for money in [
        "$5 and $10",
        "$5, or 10$",
        "It costs $20 (or £16), not $25.",
        "from $1,000 to $2,000 a year",
        "US$5 and A$6",
        "5$ here and 6$ there",
        "$5/month and $50/year",
        "a $5-$10 range",
        "$HOME/bin:$PATH",
        "\\$x\\$",
        "$",
        "$$",
        "$$$",
        "the $variable and the other$",
        "costs $ 5 $",
    ] {
        let shown = html(money);
        check(&shown).unwrap();
        assert!(!shown.contains("math"), "{money:?}: {shown}");
        assert_eq!(text(&shown), money.replace('\\', ""));
    }
}

#[test]
fn formulas_keep_their_source() {
    for (markdown, formula) in [
        ("so $x$ is", "$x$"),
        ("$E = mc^2$", "$E = mc^2$"),
        ("the $n$th", "$n$"),
        ("$a_1, b_1$ and *c*", "$a_1, b_1$"),
        ("$2x + 3 = 7$", "$2x + 3 = 7$"),
        ("$x, y$", "$x, y$"),
        ("a \\(a_b *c* d_e\\) b", "\\(a_b *c* d_e\\)"),
        ("$$\\sum_{i=1}^n i$$ inline", "$$\\sum_{i=1}^n i$$"),
        ("**$x^2$**", "$x^2$"),
        ("| a | b |\n|---|---|\n| $|x| > 1$ | y |", "$|x| > 1$"),
        ("$a<b$ and $c>d$", "$a&lt;b$"),
    ] {
        let shown = html(markdown);
        check(&shown).unwrap();
        assert!(
            shown.contains(&format!(
                "<code class=\"math\" dir=\"ltr\">{}</code>",
                formula.replace('>', "&gt;").replace("&lt;&gt;", "&lt;")
            )),
            "{markdown:?}: {shown}"
        );
    }
}

#[test]
fn a_formula_on_its_own_is_a_block() {
    let block = |formula: &str| format!("<div class=\"math\" dir=\"ltr\"><code>{formula}</code></div>");
    assert_eq!(html("$$x_1 * y_1 * z$$"), block("$$x_1 * y_1 * z$$"));
    assert_eq!(html("$$\nx_1 \\\\\n  y_2\n$$"), block("$$\nx_1 \\\\\ny_2\n$$"));
    assert_eq!(html("\\[\na_b\n\\]"), block("\\[\na_b\n\\]"));
    assert_eq!(html("> \\[ a_b_c \\]"), format!("<blockquote dir=\"auto\">{}</blockquote>", block("\\[ a_b_c \\]")));
}

#[test]
fn code_and_addresses_keep_their_dollars() {
    assert_eq!(html("`$x$ \\(y\\)`"), "<p dir=\"auto\"><code>$x$ \\(y\\)</code></p>");
    assert!(text(&html("```sh\necho $A=1 $B$ \\(x\\)\n```")).ends_with("echo $A=1 $B$ \\(x\\)"));
    assert!(html("[a](https://x.example/$x$)").contains("href=\"https://x.example/$x$\""));
    assert_eq!(text(&html("<b title=\"$x$\">")), "<b title=\"$x$\">");
}
