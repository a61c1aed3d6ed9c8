//! Takes the text out of PDF, databases and pictures for `postern scan`, in a process of its own under limits.
//!
//! Readers of such formats are large, and some have had holes. So none of them runs in the scanner: [`Apart`] starts the
//! program again, gives it one document on standard input, and reads pieces of text from its standard output.
//! [`child()`] is what the program then does: it limits itself, reads, writes and ends. It opens no file.

mod apart;
mod child;
mod frame;
mod limits;
mod lines;
mod pdf;
mod pdf_pen;
mod running;
mod sqlite;
mod waiting;

pub use apart::Apart;
pub use child::child;
pub use frame::{Frames, write};
