# METADATA
# title: Signal gate
# description: |
#   Decides whether a signal may enter the log: a strategy says it, of a symbol of the run, for no longer than the mode
#   lets a strategy look ahead. It reads no score and no reason, so that few decisions answer for all signals.
# scope: package
package nore.signal

# METADATA
# title: Decision
# description: Whether the draft may become an event, and if not, every reason why.
# entrypoint: true
decision := {"allow": allow, "codes": sort(denials)}

# METADATA
# title: Allow
# description: Only a signal against which nothing speaks.
# scope: document
default allow := false

allow if {
	is_signal
	count(denials) == 0
}

# METADATA
# title: Signal
# description: The draft is of the one type that this gate knows.
is_signal if input.type == "signal"

# METADATA
# title: Rules of the mode
# description: Undefined for a mode without data, and then every rule that asks for them denies.
_mode := data.nore.modes[input.manifest.mode]

# METADATA
# title: Rules of the mode for signals
# description: The mode has signals at all.
has_rules if _mode.signal

# METADATA
# title: Sent by the strategy role
# description: Nobody else gives signals; advice of an AI is a recommendation, and never one.
is_from_strategy if input.source == "strategy_role"

# METADATA
# title: Symbol of the run
# description: The manifest names the symbol.
is_symbol_of_run if input.payload.symbol in input.manifest.symbols

# METADATA
# title: Side
# description: The signal would buy or sell.
has_side if input.payload.side in {"BUY", "SELL"}

# METADATA
# title: Horizon within its ceiling
# description: The ceiling itself is still allowed; nothing but a number lies between two numbers.
is_horizon_within if {
	input.payload.horizon_ms >= 0
	input.payload.horizon_ms <= _mode.signal.horizon_ms_max
}

# METADATA
# title: Malformed
# description: Something other than a signal was sent to this gate.
# custom: { code: SIGNAL_MALFORMED, severity: error }
denials contains "SIGNAL_MALFORMED" if not is_signal

# METADATA
# title: Mode
# description: The manifest's mode has no rules for signals.
# custom: { code: SIGNAL_MODE, severity: error }
denials contains "SIGNAL_MODE" if not has_rules

# METADATA
# title: Source
# description: Only the strategy role gives signals; the AI advises.
# custom: { code: SIGNAL_SOURCE, severity: error }
denials contains "SIGNAL_SOURCE" if not is_from_strategy

# METADATA
# title: Symbol
# description: The run does not watch this symbol.
# custom: { code: SIGNAL_SYMBOL, severity: error }
denials contains "SIGNAL_SYMBOL" if not is_symbol_of_run

# METADATA
# title: Side
# description: A signal buys or sells.
# custom: { code: SIGNAL_SIDE, severity: error }
denials contains "SIGNAL_SIDE" if not has_side

# METADATA
# title: Horizon
# description: The signal looks ahead for longer than the mode lets a strategy look, or does not say for how long.
# custom: { code: SIGNAL_HORIZON, severity: limit }
denials contains "SIGNAL_HORIZON" if not is_horizon_within
