//! Cells: where the reader of a table is, in OOXML by the cell's name, in OpenDocument by counting.

use std::rc::Rc;

use crate::source::joined::Spot;

/// The longest title of a table that is shown.
const TITLE: usize = 255;

/// A table, and where in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Table {
    title: Option<Rc<str>>,
    row: u64,
    column: u64,
    /// How many rows and columns the one stands for that is being read.
    rows: u64,
    columns: u64,
    in_cell: bool,
}

/// Tables, each in a cell of the one before. There is always one: the sheet.
#[derive(Debug, Default)]
pub(super) struct Tables {
    outer: Vec<Table>,
    inner: Table,
}

impl Tables {
    /// Where what is read stands, if it is in a cell.
    pub(super) fn spot(&self) -> Option<Spot> {
        let Table { title, row, column, in_cell, .. } = &self.inner;
        in_cell.then(|| Spot { part: title.clone(), line: Some(*row), column: Some(*column) })
    }

    /// An element begins. `attribute` gives the value of one of its attributes.
    pub(super) fn begin(&mut self, name: &str, attribute: impl Fn(&str) -> Option<String>) {
        let times = |name| attribute(name).and_then(|times| times.parse().ok()).unwrap_or(1);
        match name {
            "table" => {
                let title =
                    attribute("name").map(|title| Rc::from(title.chars().take(TITLE).collect::<String>()));
                let table = Table { title, ..Table::default() };
                self.outer.push(std::mem::replace(&mut self.inner, table));
            }
            "table-row" => {
                let row = self.inner.row.saturating_add(self.inner.rows.max(1));
                self.inner.row = if self.inner.row == 0 { 1 } else { row };
                (self.inner.rows, self.inner.column) = (times("number-rows-repeated"), 0);
                self.inner.columns = 1;
            }
            "table-cell" | "covered-table-cell" => {
                self.inner.column = self.inner.column.saturating_add(self.inner.columns);
                (self.inner.columns, self.inner.in_cell) = (times("number-columns-repeated"), true);
            }
            "c" | "comment" | "threadedComment" => {
                let place = attribute("r").or_else(|| attribute("ref")).and_then(|name| place(&name));
                if let Some((row, column)) = place {
                    (self.inner.row, self.inner.column, self.inner.in_cell) = (row, column, true);
                }
            }
            _ => {}
        }
    }

    /// An element ends.
    pub(super) fn end(&mut self, name: &str) {
        match name {
            "table" => {
                if let Some(table) = self.outer.pop() {
                    self.inner = table;
                }
            }
            "table-cell" | "covered-table-cell" | "c" | "comment" | "threadedComment" => {
                self.inner.in_cell = false;
            }
            _ => {}
        }
    }
}

/// Row and column of a cell with this name: `B7` is 7 and 2.
fn place(name: &str) -> Option<(u64, u64)> {
    let digits = name.find(|character: char| character.is_ascii_digit())?;
    let (letters, row) = name.split_at_checked(digits)?;
    let mut column = 0_u64;
    for letter in letters.bytes() {
        let value = letter.to_ascii_uppercase().checked_sub(b'A').filter(|value| *value < 26)?;
        column = column.checked_mul(26)?.checked_add(u64::from(value) + 1)?;
    }
    Some((row.parse().ok()?, column))
}

#[cfg(test)]
mod tests {
    use super::{Tables, place};

    #[test]
    fn names_of_cells_are_rows_and_columns() {
        assert_eq!(place("B7"), Some((7, 2)));
        assert_eq!(place("XFD1048576"), Some((1_048_576, 16_384)));
        assert_eq!(place("7"), Some((7, 0)));
        for wrong in ["", "B", "B7:C9", "Ä1", "A-1", "AAAAAAAAAAAAAAAAAAAA1"] {
            assert_eq!(place(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn cells_are_counted_with_those_that_one_stands_for() {
        let mut tables = Tables::default();
        let attributes = |many: &'static [(&str, &str)]| {
            move |name: &str| {
                many.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
            }
        };
        let where_it_is = |tables: &Tables| tables.spot().map(|spot| (spot.part, spot.line, spot.column));
        tables.begin("table", attributes(&[("name", "Codes")]));
        tables.begin("table-row", attributes(&[("number-rows-repeated", "4")]));
        tables.begin("table-row", attributes(&[]));
        tables.begin("table-cell", attributes(&[("number-columns-repeated", "2")]));
        assert_eq!(where_it_is(&tables), Some((Some("Codes".into()), Some(5), Some(1))));
        tables.end("table-cell");
        assert_eq!(where_it_is(&tables), None);
        tables.begin("table-cell", attributes(&[]));
        assert_eq!(where_it_is(&tables), Some((Some("Codes".into()), Some(5), Some(3))));
        tables.end("table");
        tables.end("table");
        assert_eq!(where_it_is(&tables), None);
    }
}
