//! What the committer does next, as a pure machine: a state and an input give a state and an order.
//!
//! There is one recovery path. Any failure that is not fatal leads to `Replacing`: the producer is dropped and a new one
//! of the same transactional id settles what was open (its epoch fences every delayed request of the old one), then the
//! partitions are rewound to their committed offsets. A producer is never used again after a failure, so that no request
//! of one transaction can land in the next.

/// Where the committer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// No transaction is open.
    Idle,
    /// Outputs were sent and not committed.
    Open,
    /// Deliveries are awaited, offsets sent, the commit is under way.
    Committing,
    /// The producer is being replaced; outcomes of the epochs before are void.
    Replacing,
    /// The process must end.
    Dead,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// A finished record of a valid epoch wants to be sent.
    Outcome,
    /// A limit of the transaction is reached, or someone waits for a commit.
    Cut,
    /// The commit was answered cleanly.
    Committed,
    /// Any failure that a new producer can settle.
    Failed,
    /// Fenced, or fatal.
    Fatal,
    /// The new producer is ready.
    Replaced,
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Nothing,
    BeginAndSend,
    Send,
    Commit,
    /// Report what was committed.
    Report,
    Replace,
    /// Rewind the partitions and go on.
    Rewind,
    Exit,
}

/// The transition table.
pub const fn step(state: State, input: Input) -> (State, Order) {
    match (state, input) {
        (State::Dead, _) | (State::Idle, Input::Cut) | (State::Replacing, Input::Cut | Input::Outcome) => {
            (state, Order::Nothing)
        }
        (State::Idle, Input::Outcome) => (State::Open, Order::BeginAndSend),
        (State::Open, Input::Outcome) => (State::Open, Order::Send),
        (State::Open, Input::Cut) => (State::Committing, Order::Commit),
        (State::Committing, Input::Committed) => (State::Idle, Order::Report),
        // A replacement that fails is tried again.
        (State::Idle | State::Open | State::Committing | State::Replacing, Input::Failed) => {
            (State::Replacing, Order::Replace)
        }
        (State::Replacing, Input::Replaced) => (State::Idle, Order::Rewind),
        // Beside what is fatal, inputs that the committer can't give in these states: never ignored.
        (_, Input::Fatal)
        | (State::Committing, Input::Outcome | Input::Cut)
        | (State::Idle | State::Open | State::Replacing, Input::Committed)
        | (State::Idle | State::Open | State::Committing, Input::Replaced) => (State::Dead, Order::Exit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATES: [State; 5] = [State::Idle, State::Open, State::Committing, State::Replacing, State::Dead];
    const INPUTS: [Input; 6] =
        [Input::Outcome, Input::Cut, Input::Committed, Input::Failed, Input::Fatal, Input::Replaced];

    /// Every cell, a row for each state of [`STATES`] and a column for each input of [`INPUTS`].
    #[rustfmt::skip]
    const TABLE: [[(State, Order); 6]; 5] = [
        [
            (State::Open, Order::BeginAndSend), (State::Idle, Order::Nothing), (State::Dead, Order::Exit),
            (State::Replacing, Order::Replace), (State::Dead, Order::Exit), (State::Dead, Order::Exit),
        ],
        [
            (State::Open, Order::Send), (State::Committing, Order::Commit), (State::Dead, Order::Exit),
            (State::Replacing, Order::Replace), (State::Dead, Order::Exit), (State::Dead, Order::Exit),
        ],
        [
            (State::Dead, Order::Exit), (State::Dead, Order::Exit), (State::Idle, Order::Report),
            (State::Replacing, Order::Replace), (State::Dead, Order::Exit), (State::Dead, Order::Exit),
        ],
        [
            (State::Replacing, Order::Nothing), (State::Replacing, Order::Nothing), (State::Dead, Order::Exit),
            (State::Replacing, Order::Replace), (State::Dead, Order::Exit), (State::Idle, Order::Rewind),
        ],
        [(State::Dead, Order::Nothing); 6],
    ];

    #[test]
    fn each_state_answers_each_input_as_the_table_says() {
        for (state, row) in STATES.into_iter().zip(TABLE) {
            for (input, expected) in INPUTS.into_iter().zip(row) {
                assert_eq!(step(state, input), expected, "{state:?}, {input:?}");
            }
        }
    }

    #[test]
    fn every_failure_leads_to_a_new_producer_or_to_the_end() {
        for state in STATES {
            let (next, order) = step(state, Input::Failed);
            match state {
                State::Dead => assert_eq!((next, order), (State::Dead, Order::Nothing)),
                _ => assert_eq!((next, order), (State::Replacing, Order::Replace)),
            }
            let (next, order) = step(state, Input::Fatal);
            assert_eq!(next, State::Dead);
            assert_eq!(order == Order::Exit, state != State::Dead);
        }
    }

    #[test]
    fn nothing_is_reported_committed_but_after_a_commit() {
        for state in STATES {
            for input in INPUTS {
                let (_, order) = step(state, input);
                assert_eq!(order == Order::Report, state == State::Committing && input == Input::Committed);
                assert_eq!(order == Order::Rewind, state == State::Replacing && input == Input::Replaced);
            }
        }
    }

    #[test]
    fn records_are_sent_only_in_an_open_transaction() {
        for state in STATES {
            let (next, order) = step(state, Input::Outcome);
            match order {
                Order::BeginAndSend => assert_eq!((state, next), (State::Idle, State::Open)),
                Order::Send => assert_eq!((state, next), (State::Open, State::Open)),
                Order::Nothing => assert!(matches!(state, State::Replacing | State::Dead)),
                Order::Exit => assert_eq!(state, State::Committing),
                other => panic!("{state:?}: {other:?}"),
            }
        }
    }
}
