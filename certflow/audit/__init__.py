"""The audit: a chain of entries that shows every act, reading and refusal, and any change that nobody owns up to."""
