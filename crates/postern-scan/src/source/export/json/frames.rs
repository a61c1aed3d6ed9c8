//! Objects and arrays of JSON that are open.

/// One of them.
pub(super) struct Frame {
    pub(super) is_object: bool,
    /// Whether it is a record: its text is its own, not a piece of the text around it.
    is_record: bool,
    /// What it is called: what an array is called, so are its elements. The outermost have no name, an empty one.
    name: Option<&'static str>,
    /// In an object: the name of the member that is being read, and whether that is `text`.
    member: Option<&'static str>,
    is_text: bool,
    /// In an object: whether the next text is a name.
    names: bool,
    /// In an array: whether the element before this one ended with a piece of text. In an object: whether it had one.
    piece: bool,
}

/// All, outermost first.
pub(super) struct Frames(Vec<Frame>);

impl Frames {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// What an object or array that begins here is called.
    pub(super) fn name(&self) -> Option<&'static str> {
        match self.0.last() {
            None => Some(""),
            Some(frame) if frame.is_object => frame.member,
            Some(frame) => frame.name,
        }
    }

    /// The member of an object that is being read.
    pub(super) fn own_name(&self) -> Option<&'static str> {
        self.0.last().filter(|frame| frame.is_object).and_then(|frame| frame.member)
    }

    pub(super) fn push(&mut self, is_object: bool, is_record: bool, name: Option<&'static str>) {
        let (member, is_text, piece) = (None, false, false);
        self.0.push(Frame { is_object, is_record, name, member, is_text, names: is_object, piece });
    }

    pub(super) fn pop(&mut self) -> Option<Frame> {
        let frame = self.0.pop()?;
        // An element without text, such as a hard break, stands between the pieces around it.
        if let Some(array) = self.0.last_mut().filter(|around| !around.is_object) {
            array.piece = frame.piece && frame.is_object;
        }
        Some(frame)
    }

    /// Behind a comma.
    pub(super) fn next(&mut self) {
        if let Some(frame) = self.0.last_mut() {
            frame.names = frame.is_object;
        }
    }

    pub(super) fn is_name_next(&self) -> bool {
        self.0.last().is_some_and(|frame| frame.names)
    }

    /// The name of the next member.
    pub(super) fn set_name(&mut self, name: Option<&'static str>, is_text: bool) {
        if let Some(frame) = self.0.last_mut() {
            (frame.member, frame.is_text, frame.names) =
                (name.filter(|name| !name.is_empty()), is_text, false);
        }
    }

    /// Whether a text that begins here is a piece of a longer one, an element of an array or the `text` of one: and
    /// then, whether it goes on with the piece before.
    pub(super) fn piece(&mut self) -> Option<bool> {
        match self.0.as_mut_slice() {
            [.., array] if !array.is_object => Some(std::mem::replace(&mut array.piece, true)),
            [.., array, object] if !array.is_object && object.is_text && !object.is_record => {
                object.piece = true;
                Some(array.piece)
            }
            _ => None,
        }
    }
}
