use proptest::prelude::*;

use super::*;

/// The amount with plurals taken literally, as "low..high" with its bound, or "nothing".
fn read(text: &str) -> String {
    amount(text, |unit| (unit.saturating_mul(2), None)).map_or("nothing".to_owned(), |Amount { low, high, bound }| {
        let high = high.map(|high| high.to_string()).unwrap_or_default();
        format!("{bound:?} {low}..{high}")
    })
}

/// Checks lines of `text => what it is read as`, which may share one reading: `text | text => reading`.
fn check(table: &str) {
    for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (texts, reading) = line.split_once("=>").expect("a reading");
        for text in texts.split('|') {
            assert_eq!(read(text.trim()), reading.trim(), "{text}");
        }
    }
}

#[test]
fn numbers_are_read_in_digits_and_in_words() {
    check(
        "300 | about 300 | ~300 | 300 or so | Approximately 300. | a crowd of nearly 300 marched => Plain 300..300
         300.0 | 300 people => Plain 300..300
         1,500 | 1500 | 1.5k | 1.5 thousand people | fifteen hundred | one thousand five hundred => Plain 1500..1500
         1.5 million | 1,500,000 => Plain 1500000..1500000
         one | 1 => Plain 1..1
         two dozen | a couple of dozen | couple dozen | twenty-four | twenty four => Plain 24..24
         a hundred | hundred | 100 => Plain 100..100
         two hundred fifty thousand => Plain 250000..250000
         0 | zero => Plain 0..0",
    );
}

#[test]
fn bounds_are_told_by_the_words_before_or_after() {
    check(
        "at least 50 | 50+ | 50 or more | 50-plus | 50 plus | no fewer than 50 => AtLeast 50..50
         more than 500 | over 500 people | >500 | upwards of 500 => MoreThan 500..500
         more than a dozen => MoreThan 12..12
         up to 2,000 | no more than 2000 | as many as two thousand | 2,000 or fewer => AtMost 2000..2000
         fewer than 20 | under 20 | less than twenty => FewerThan 20..20
         at least hundreds => AtLeast 200..",
    );
}

#[test]
fn ranges_have_two_ends_and_may_share_a_unit() {
    check(
        "200-300 | 200 to 300 | between 200 and 300 people | 200–300 | 200 or 300 | 2-3 hundred => Plain 200..300
         2,000 to 3,000 | 2 to 3 thousand | two to three thousand => Plain 2000..3000
         200 to 2 thousand => Plain 200..2000
         300 or more people to march => AtLeast 300..300
         hundreds, possibly thousands | hundreds to thousands => Plain 200..
         300-200 => nothing",
    );
}

#[test]
fn plurals_multiply_and_a_few_makes_a_plural() {
    check(
        "dozens | several dozen | a few dozen => Plain 24..
         scores => Plain 40..
         Hundreds of people | a few hundred | several hundreds => Plain 200..
         tens of thousands => Plain 20000..
         hundreds of thousands of people => Plain 200000..",
    );
}

#[test]
fn what_is_not_sure_is_nothing() {
    check(
        " | several | a few | many | a | - | count video | not hundreds | half a dozen | well over => nothing
         1.000 | 1,00 | 1.5 | 4th | 50% | 100 cars | 300 people and 5 dogs | twenty thirty => nothing
         99999999999999999999 | 9 million million million million => nothing",
    );
}

proptest! {
    #[test]
    fn any_text_is_read_without_a_panic(text in any::<String>()) {
        let _ = read(&text);
    }

    #[test]
    fn any_words_of_the_trade_make_a_sound_amount_or_none(words in prop::collection::vec(prop::sample::select(
        "at least few couple of dozens tens thousand million twenty - one 9999999999 1.5 to between and + or more k"
            .split(' ').collect::<Vec<_>>()), 0..9)) {
        if let Some(Amount { low, high, .. }) = amount(&words.join(" "), |unit| (unit, Some(unit))) {
            prop_assert!(low >= 0 && high.is_some_and(|high| low <= high));
        }
    }

    #[test]
    fn a_number_reads_as_itself_with_or_without_commas(n in 0_i64..1_000_000_000_000) {
        let plain = n.to_string();
        let groups: Vec<_> = plain.as_bytes().rchunks(3).rev().map(|c| std::str::from_utf8(c).unwrap()).collect();
        prop_assert_eq!(read(&plain), format!("Plain {n}..{n}"));
        prop_assert_eq!(read(&groups.join(",")), format!("Plain {n}..{n}"));
    }
}
