//! Where the pen of a PDF is: what decides whether two strings are one word, two, or two lines.

/// How wide a character is on the whole, in sizes of the font, and how far the pen goes on for a space.
const WIDTH: f32 = 0.62;
const SPACE: f32 = 0.25;
/// What counts as another line, in sizes of the font.
const DOWN: f32 = 0.3;
/// From which number on a gap inside of a string is a space, in thousandths.
const GAP: f32 = -180.0;

/// What was shown, and where the pen is.
#[derive(Default)]
pub(crate) struct Pen {
    text: String,
    size: f32,
    /// The matrix: its scale, and where the line begins.
    scale: (f32, f32),
    start: (f32, f32),
    /// How far what was shown since the line's beginning reaches, by guess.
    shown: f32,
}

impl Pen {
    /// A font of this size.
    pub(crate) fn size(&mut self, size: f32) {
        self.size = size.abs();
    }

    /// Shows text.
    pub(crate) fn show(&mut self, text: &str) {
        self.text.push_str(text);
        let characters = u16::try_from(text.chars().count()).unwrap_or(u16::MAX);
        self.shown += f32::from(characters) * WIDTH * self.size;
    }

    /// Moves on inside of a string.
    pub(crate) fn gap(&mut self, thousandths: f32) {
        if thousandths < GAP {
            self.space();
        }
        self.shown -= thousandths / 1_000.0 * self.size;
    }

    /// Moves from where the line begins.
    pub(crate) fn moved(&mut self, across: f32, down: f32) {
        self.step(across, down);
        let (x, y) = self.start;
        self.start = (x + across * self.scale.0, y + down * self.scale.1);
    }

    /// Goes to a place.
    pub(crate) fn set(&mut self, [a, d, e, f]: [f32; 4]) {
        let old = std::mem::replace(&mut self.start, (e, f));
        let flat = |scale: f32| if scale == 0.0 { 1.0 } else { scale };
        self.scale = (flat(a), flat(d));
        self.step((e - old.0) / self.scale.0, (f - old.1) / self.scale.1);
    }

    /// Begins a line.
    pub(crate) fn line(&mut self) {
        self.shown = 0.0;
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    /// What was shown.
    pub(crate) fn text(self) -> String {
        self.text
    }

    fn step(&mut self, across: f32, down: f32) {
        if down.abs() > DOWN * self.size || across < 0.0 {
            return self.line();
        }
        if across > self.shown + SPACE * self.size {
            self.space();
        }
        self.shown = 0.0;
    }

    fn space(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with([' ', '\n']) {
            self.text.push(' ');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Pen;

    fn pen() -> Pen {
        let mut pen = Pen::default();
        pen.size(10.0);
        pen.set([1.0, 1.0, 72.0, 700.0]);
        pen
    }

    #[test]
    fn strings_side_by_side_are_one_word_and_those_apart_are_two() {
        let mut pen = pen();
        pen.show("6N6");
        pen.moved(19.0, 0.0);
        pen.show("NW");
        pen.moved(40.0, 0.0);
        pen.show("next");
        pen.moved(-59.0, -12.0);
        pen.show("line");
        assert_eq!(pen.text(), "6N6NW next\nline");
    }

    #[test]
    fn gaps_in_a_string_are_kerning_or_a_space() {
        let mut pen = pen();
        pen.show("6N");
        pen.gap(-20.0);
        pen.show("6");
        pen.gap(-300.0);
        pen.show("NW");
        assert_eq!(pen.text(), "6N6 NW");
    }

    #[test]
    fn a_new_place_is_measured_in_the_matrix() {
        let mut pen = Pen::default();
        pen.size(1.0);
        pen.set([12.0, 12.0, 72.0, 700.0]);
        pen.show("6N6");
        pen.set([12.0, 12.0, 94.0, 700.0]);
        pen.show("NW");
        pen.set([12.0, 12.0, 72.0, 680.0]);
        pen.show("line");
        assert_eq!(pen.text(), "6N6NW\nline");
    }
}
