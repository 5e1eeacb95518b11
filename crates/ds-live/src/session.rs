//! The state of one live session.
//!
//! ```text
//!              session_request            the app lets it in
//!  Handshake ──────────────────▶ Setup ──────────────────────▶ Ready ⟲ rpc_request
//!      │                           │                             │
//!      └── anything else, or ──────┴── refused, or too early ────┴── anything else, gone, too long
//!          too late                                              ▼
//!                                                             Shutdown
//! ```

use serde_json::Value;

use crate::{ErrorCode, FromClient, MessageError, RpcError, ToClient};

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The client sent a text message.
    Text(String),
    /// The app let the client in.
    Accepted {
        /// What it answers, if anything.
        user_data: Option<Value>,
    },
    /// The app did not let the client in; the message may be empty.
    Refused(String),
    /// A call ended.
    CallEnded {
        /// The call.
        request_id: u64,
        /// What came of it; nothing if the function returned nothing.
        outcome: Result<Option<Value>, RpcError>,
    },
    /// The app wants this client to know something.
    UserEvent {
        /// Its name.
        name: String,
        /// Whatever belongs to it.
        data: Option<Value>,
    },
    /// The client did not begin in time.
    HandshakeTimedOut,
    /// The session lasted as long as any may.
    SessionTimedOut,
    /// The app's process ended.
    SandboxEnded,
}

/// What to do about it, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Start the client's sandbox and ask the app whether to let it in.
    Begin {
        /// What the client says of itself.
        user_data: Option<Value>,
    },
    /// Call one of the app's functions.
    Call {
        /// The call.
        request_id: u64,
        /// The function's name.
        function: String,
        /// Its argument, if any.
        argument: Option<Value>,
    },
    /// Send the client this text message.
    Send(String),
    /// Close the connection and end the sandbox.
    Close(CloseCode),
}

/// How a WebSocket is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseCode {
    /// 1000.
    Normal,
    /// 1002: the client broke the protocol.
    Protocol,
    /// 1011: the host or the app failed.
    Internal,
}

impl CloseCode {
    /// The number of RFC 6455.
    #[must_use]
    pub fn number(self) -> u16 {
        match self {
            Self::Normal => 1000,
            Self::Protocol => 1002,
            Self::Internal => 1011,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Handshake,
    Setup,
    Ready,
    Shutdown,
}

/// One live session.
#[derive(Debug, Default)]
pub struct Session {
    state: State,
}

impl Session {
    /// Takes notice of what happened and says what to do.
    pub fn on(&mut self, event: Event) -> Vec<Action> {
        match (self.state, event) {
            (State::Shutdown, _) => Vec::new(),
            (State::Handshake, Event::Text(text)) => self.begin(&text),
            (State::Setup, Event::Text(_)) => self.end(
                ErrorCode::BadRequest,
                "Already sent handshake frame, please wait for \"session_response\" first.",
            ),
            (State::Ready, Event::Text(text)) => self.call(&text),
            (State::Setup, Event::Accepted { user_data }) => {
                self.state = State::Ready;
                send(&ToClient::SessionResponse {
                    auth: true,
                    user_data,
                })
            }
            (_, Event::Refused(message)) => {
                let message = if message.is_empty() {
                    "Request not allowed."
                } else {
                    &message
                };
                self.end(ErrorCode::Forbidden, message)
            }
            (
                State::Ready,
                Event::CallEnded {
                    request_id,
                    outcome,
                },
            ) => {
                let (result, error) = match outcome {
                    Ok(result) => (result, None),
                    Err(error) => (None, Some(error)),
                };
                send(&ToClient::RpcResponse {
                    request_id,
                    result,
                    error,
                })
            }
            (State::Setup | State::Ready, Event::UserEvent { name, data }) => {
                send(&ToClient::UserEvent { name, data })
            }
            (State::Handshake, Event::HandshakeTimedOut) => {
                self.end(ErrorCode::Timeout, "Waited too long for a handshake.")
            }
            (_, Event::SessionTimedOut) => {
                self.end(ErrorCode::Timeout, "Exceeded maximum session duration.")
            }
            (_, Event::SandboxEnded) => self.end(ErrorCode::Internal, "The app's process ended."),
            // Late or early news from a sandbox changes nothing.
            _ => Vec::new(),
        }
    }

    fn begin(&mut self, text: &str) -> Vec<Action> {
        match FromClient::session_request(text) {
            Ok(FromClient::SessionRequest { user_data }) => {
                self.state = State::Setup;
                vec![Action::Begin { user_data }]
            }
            Ok(FromClient::RpcRequest { .. }) => self.refuse(&MessageError::NotAnArray),
            Err(error) => self.refuse(&error),
        }
    }

    fn call(&mut self, text: &str) -> Vec<Action> {
        match FromClient::rpc_request(text) {
            Ok(FromClient::RpcRequest {
                request_id,
                function,
                argument,
            }) => {
                vec![Action::Call {
                    request_id,
                    function,
                    argument,
                }]
            }
            Ok(FromClient::SessionRequest { .. }) => self.refuse(&MessageError::NotACall),
            Err(error) => self.refuse(&error),
        }
    }

    fn refuse(&mut self, error: &MessageError) -> Vec<Action> {
        self.end(ErrorCode::BadRequest, &error.to_string())
    }

    fn end(&mut self, code: ErrorCode, message: &str) -> Vec<Action> {
        self.state = State::Shutdown;
        let mut actions = send(&ToClient::Error {
            code,
            message: message.to_owned(),
        });
        actions.push(Action::Close(match code {
            ErrorCode::BadRequest => CloseCode::Protocol,
            ErrorCode::Forbidden | ErrorCode::Timeout => CloseCode::Normal,
            ErrorCode::Internal => CloseCode::Internal,
        }));
        actions
    }
}

fn send(message: &ToClient) -> Vec<Action> {
    vec![Action::Send(message.to_text())]
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELLO: &str = r#"["session_request",{"userData":1}]"#;
    const CALL: &str = r#"["rpc_request",{"requestId":3,"function":"f"}]"#;

    fn text(text: &str) -> Event {
        Event::Text(text.to_owned())
    }

    fn ready() -> Session {
        let mut session = Session::default();
        session.on(text(HELLO));
        session.on(Event::Accepted { user_data: None });
        session
    }

    #[test]
    fn a_session_from_hello_to_answer() {
        let mut session = Session::default();
        assert_eq!(
            session.on(text(HELLO)),
            [Action::Begin {
                user_data: Some(1.into())
            }]
        );
        let accepted = session.on(Event::Accepted { user_data: None });
        assert_eq!(
            accepted,
            [Action::Send(r#"["session_response",{"auth":true}]"#.into())]
        );
        let call = Action::Call {
            request_id: 3,
            function: "f".into(),
            argument: None,
        };
        assert_eq!(session.on(text(CALL)), [call]);
        let ended = session.on(Event::CallEnded {
            request_id: 3,
            outcome: Ok(None),
        });
        assert_eq!(
            ended,
            [Action::Send(r#"["rpc_response",{"requestId":3}]"#.into())]
        );
    }

    #[test]
    fn whoever_breaks_the_protocol_is_told_and_closed() {
        let early = |first: &str| {
            let mut session = Session::default();
            session.on(text(first))
        };
        let mut twice = Session::default();
        twice.on(text(HELLO));
        for actions in [
            early(CALL),
            early("nonsense"),
            twice.on(text(CALL)),
            ready().on(text(HELLO)),
            ready().on(text("[]")),
        ] {
            assert!(matches!(&actions[0], Action::Send(text) if text.contains("bad_request")));
            assert_eq!(actions[1], Action::Close(CloseCode::Protocol));
        }
    }

    #[test]
    fn nothing_happens_after_the_end() {
        let mut session = ready();
        assert_eq!(session.on(Event::SandboxEnded).len(), 2);
        for event in [text(CALL), Event::SandboxEnded, Event::SessionTimedOut] {
            assert_eq!(session.on(event), []);
        }
    }
}
