use super::*;

fn outline(body: &str) -> Outline {
    Outline::of(&Document::from(format!("<html><body>{body}</body></html>").as_str()))
}

/// Text and link of each line.
fn links(body: &str) -> Vec<(String, Option<String>)> {
    let lines = outline(body).lines.into_iter();
    lines.map(|line| (line.text, line.link.map(|link| link.to_string()))).collect()
}

/// Whether the line is, or stands in, something with this trait.
fn has_trait(outline: &Outline, text: &str, wanted: Traits) -> bool {
    let Some(line) = outline.lines.iter().find(|line| line.text == text) else { return false };
    let mut index = line.element;
    let mut found = line.traits.has(wanted);
    while index != outline.elements[index].parent {
        found |= outline.elements[index].traits.has(wanted);
        index = outline.elements[index].parent;
    }
    found
}

#[test]
fn a_link_around_blocks_is_that_of_each_line_inside() {
    let card = "<div><p>Before</p><a href=/bridge><img src=x><h3>A bridge</h3><p>It <b>opens</b>.</p></a>Behind</div>";
    let link = Some("/bridge".to_owned());
    assert_eq!(
        links(card),
        [
            ("Before".to_owned(), None),
            ("A bridge".to_owned(), link.clone()),
            ("It opens.".to_owned(), link),
            ("Behind".to_owned(), None)
        ]
    );
    let begins: Vec<bool> = outline(card).lines.iter().map(|line| line.begins_with_link).collect();
    assert_eq!(begins, [false, true, true, false]);
}

#[test]
fn the_traits_of_an_inline_element_hold_for_all_lines_inside() {
    for inside in [
        "<div>One</div><p>Two</p>Three",
        "One<div>Two</div><div>Three</div>",
        "One<br><br>Two<br><br>Three",
        "<b>One<p>Two</p></b>Three",
        "One<br><br>Two<p>Three</p>",
    ] {
        for span in ["<span hidden>", "<span style='display:none'>", "<b><span class='sr-only' hidden>"] {
            let outline = outline(&format!("<div>Zero {span}{inside}</span></b></div><p>Five</p>"));
            for (text, is_hidden) in [("Two", true), ("Three", true), ("Zero", false), ("Five", false)] {
                assert_eq!(has_trait(&outline, text, Traits::HIDDEN), is_hidden, "{span}{inside}: {text}");
            }
        }
    }
}

#[test]
fn elements_hold_the_lines_that_stand_in_them() {
    let pages = [
        "<span class=caption>One<br><br>Two<p>Three</p>Four</span>Five",
        "<div><a class=author href=/a>One<i class=share>Two<br><br>Three<div>Four</div></i>Five</a></div>Six",
        "<b class=date>One<div>Two<b class=meta>Three<div>Four</div></div></b>",
    ];
    for page in pages {
        let outline = outline(page);
        for (index, line) in outline.lines.iter().enumerate() {
            let mut element = line.element;
            while element != outline.elements[element].parent {
                let found = &outline.elements[element];
                assert!((found.first_line..found.end_line).contains(&index), "{page}: {line:?} in {found:?}");
                let parent = &outline.elements[found.parent];
                assert!(parent.first_line <= found.first_line && found.end <= parent.end, "{page}");
                element = found.parent;
            }
        }
    }
}
