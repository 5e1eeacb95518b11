-- Whether somebody with passkeys is asked for one after their password.
ALTER TABLE accounts ADD COLUMN passkey_follows BOOLEAN NOT NULL DEFAULT FALSE;
