//! Messages on the wire.

use serde::Serialize;
use serde_json::{Map, Value};

/// The most that a client may say of itself when it begins, as JSON, in bytes.
const USER_DATA: usize = 131_072;
/// The longest function name, in UTF-16 units as the original counts them.
const FUNCTION_NAME: usize = 256;
/// The largest integer that JavaScript counts exactly.
const REQUEST_ID: u64 = (1 << 53) - 1;

/// What a client says.
#[derive(Clone, Debug, PartialEq)]
pub enum FromClient {
    /// First, and once: who it is.
    SessionRequest {
        /// Whatever the app wants to know; absent if the client said nothing.
        user_data: Option<Value>,
    },
    /// A call of one of the app's functions.
    RpcRequest {
        /// Chosen by the client; the answer bears it.
        request_id: u64,
        /// The function's name.
        function: String,
        /// Its argument; absent if the client gave none.
        argument: Option<Value>,
    },
}

/// Why a message was not understood. The client is told, and the session ends.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// It is no JSON array with a command.
    #[error(
        "Invalid protocol message. Please send line-delimited, compact JSON arrays with at least 1 element."
    )]
    NotAnArray,
    /// The first message is not a proper session request.
    #[error("Cannot parse session request: {0}.")]
    SessionRequest(&'static str),
    /// A later message is not a call.
    #[error("Expected an \"rpc_request\" command.")]
    NotACall,
    /// A call with a bad field.
    #[error("\"{field}\": {problem}.")]
    Call {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
}

impl FromClient {
    /// Reads the message that must come first.
    ///
    /// # Errors
    /// If it is not a session request.
    pub fn session_request(text: &str) -> Result<Self, MessageError> {
        let bad = |problem| Err(MessageError::SessionRequest(problem));
        let message = array(text)?;
        if message.first().and_then(Value::as_str) != Some("session_request") {
            return bad("expected \"session_request\"");
        }
        let [_, Value::Object(payload)] = message.as_slice() else {
            return bad("expected exactly one object after the command");
        };
        let user_data = payload.get("userData").cloned();
        if user_data
            .as_ref()
            .is_some_and(|data| data.to_string().len() > USER_DATA)
        {
            return bad("\"userData\": value size too large, the limit is 131072");
        }
        Ok(Self::SessionRequest { user_data })
    }

    /// Reads a message of a session that is ready.
    ///
    /// # Errors
    /// If it is not a proper call.
    pub fn rpc_request(text: &str) -> Result<Self, MessageError> {
        let message = array(text)?;
        if message.first().and_then(Value::as_str) != Some("rpc_request") {
            return Err(MessageError::NotACall);
        }
        let nothing = Map::new();
        let payload = message
            .get(1)
            .and_then(Value::as_object)
            .unwrap_or(&nothing);
        Ok(Self::RpcRequest {
            request_id: request_id(payload)?,
            function: function(payload)?,
            argument: payload.get("argument").cloned(),
        })
    }
}

fn array(text: &str) -> Result<Vec<Value>, MessageError> {
    match serde_json::from_str(text) {
        Ok(Value::Array(items)) if !items.is_empty() => Ok(items),
        _ => Err(MessageError::NotAnArray),
    }
}

fn request_id(payload: &Map<String, Value>) -> Result<u64, MessageError> {
    let id = payload.get("requestId").and_then(Value::as_u64);
    id.filter(|id| (1..=REQUEST_ID).contains(id))
        .ok_or(MessageError::Call {
            field: "requestId",
            problem: "expected an integer from 1 to 9007199254740991",
        })
}

fn function(payload: &Map<String, Value>) -> Result<String, MessageError> {
    let name = payload
        .get("function")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if (1..=FUNCTION_NAME).contains(&name.encode_utf16().count()) {
        return Ok(name.to_owned());
    }
    Err(MessageError::Call {
        field: "function",
        problem: "expected a name of 1 to 256 characters",
    })
}

/// What a client is told.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "command", content = "payload", rename_all = "snake_case")]
pub enum ToClient {
    /// The app lets it in.
    SessionResponse {
        /// Always `true`.
        auth: bool,
        /// What the app answers, if anything.
        #[serde(rename = "userData", skip_serializing_if = "Option::is_none")]
        user_data: Option<Value>,
    },
    /// The outcome of a call.
    RpcResponse {
        /// The call's.
        #[serde(rename = "requestId")]
        request_id: u64,
        /// What the function returned, unless nothing.
        #[serde(skip_serializing_if = "Option::is_none")]
        result: Option<Value>,
        /// Why it failed, if it did.
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<RpcError>,
    },
    /// Something the app wants this client to know.
    UserEvent {
        /// Its name.
        name: String,
        /// Whatever belongs to it.
        #[serde(skip_serializing_if = "Option::is_none")]
        data: Option<Value>,
    },
    /// Why the session ends; the close follows.
    Error {
        /// For programs.
        code: ErrorCode,
        /// For people.
        message: String,
    },
}

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RpcError {
    /// For programs.
    pub code: String,
    /// For people.
    pub message: String,
}

/// Why a session ends, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The client broke the protocol.
    BadRequest,
    /// The app does not let it in.
    Forbidden,
    /// It took too long.
    Timeout,
    /// The host or the app failed.
    Internal,
}

impl ToClient {
    /// The message as one WebSocket text message.
    #[must_use]
    pub fn to_text(&self) -> String {
        let value = serde_json::to_value(self).unwrap_or_default();
        Value::Array(vec![value["command"].clone(), value["payload"].clone()]).to_string()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn session_requests() {
        let check = |text: &str, expect: Option<Option<Value>>| {
            let got = FromClient::session_request(text)
                .ok()
                .map(|message| match message {
                    FromClient::SessionRequest { user_data } => user_data,
                    FromClient::RpcRequest { .. } => unreachable!("{text}"),
                });
            assert_eq!(got, expect, "{text}");
        };
        check(r#"["session_request",{}]"#, Some(None));
        check(
            r#" ["session_request",{"userData":null}] "#,
            Some(Some(Value::Null)),
        );
        check(
            r#"["session_request",{"userData":{"a":1},"headers":{}}]"#,
            Some(Some(json!({"a":1}))),
        );
        check(r#"["session_request"]"#, None);
        check(r#"["session_request",null]"#, None);
        check(r#"["session_request",{},1]"#, None);
        check(r#"["rpc_request",{}]"#, None);
        check("[]", None);
        check("{}", None);
        check("", None);
        check("[1][2]", None);
        let big = json!(["session_request", { "userData": "x".repeat(USER_DATA) }]).to_string();
        check(&big, None);
    }

    #[test]
    fn calls() {
        let check = |payload: Value, expect: bool| {
            let text = json!(["rpc_request", payload, "ignored"]).to_string();
            assert_eq!(FromClient::rpc_request(&text).is_ok(), expect, "{text}");
        };
        check(json!({"requestId": 1, "function": "f"}), true);
        check(
            json!({"requestId": REQUEST_ID, "function": "f", "argument": [1], "x": 1}),
            true,
        );
        check(json!({"requestId": 0, "function": "f"}), false);
        check(json!({"requestId": REQUEST_ID + 1, "function": "f"}), false);
        check(json!({"requestId": 1.5, "function": "f"}), false);
        check(json!({"requestId": "1", "function": "f"}), false);
        check(json!({"requestId": 1, "function": ""}), false);
        check(json!({"requestId": 1, "function": "x".repeat(257)}), false);
        check(json!(null), false);
    }

    #[test]
    fn answers_on_the_wire() {
        let check = |message: ToClient, expect: &str| assert_eq!(message.to_text(), expect);
        check(
            ToClient::SessionResponse {
                auth: true,
                user_data: None,
            },
            r#"["session_response",{"auth":true}]"#,
        );
        check(
            ToClient::RpcResponse {
                request_id: 7,
                result: Some(Value::Null),
                error: None,
            },
            r#"["rpc_response",{"requestId":7,"result":null}]"#,
        );
        check(
            ToClient::Error {
                code: ErrorCode::BadRequest,
                message: "no".into(),
            },
            r#"["error",{"code":"bad_request","message":"no"}]"#,
        );
    }
}
