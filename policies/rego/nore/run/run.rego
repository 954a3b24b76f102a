# METADATA
# title: Run gate
# description: |
#   Decides whether a run may start, before anything is asked of a venue: by its mode, its configuration and what is
#   proven of the container around it.
# scope: package
package nore.run

# METADATA
# title: Decision
# description: Whether the run may start, and if not, every reason why.
# entrypoint: true
decision := {"allow": allow, "codes": sort(denials)}

# METADATA
# title: Allow
# description: Only a start against which nothing speaks.
# scope: document
default allow := false

allow if {
	is_start
	count(denials) == 0
}

# METADATA
# title: Start
# description: What is asked about is the start of a run.
is_start if input.type == "start"

# METADATA
# title: Rules of the mode
# description: Undefined for a mode without data, and then every rule that asks for them denies.
_mode := data.nore.modes[input.manifest.mode]

# METADATA
# title: Execution of the mode
# description: The run executes its orders as the mode prescribes.
is_execution_of_mode if input.manifest.execution == _mode.execution

# METADATA
# title: Venue of the mode
# description: The mode may use the venue.
is_venue_of_mode if input.manifest.venue in _mode.venues

# METADATA
# title: Prices of the source
# description: What the source gives can be prices of this kind.
are_prices_of_source if input.manifest.prices in _mode.run.prices[input.manifest.source]

# METADATA
# title: Symbols
# description: At least one, and no more than the mode watches at once.
has_symbols if {
	count(input.manifest.symbols) >= 1
	count(input.manifest.symbols) <= _mode.run.symbols_max
}

# METADATA
# title: Duration within its ceiling
# description: Zero stands for a run that goes on until it is stopped; the ceiling itself is still allowed.
is_duration_within if {
	input.payload.duration_ms >= 0
	input.payload.duration_ms <= _mode.run.duration_ms_max
}

# METADATA
# title: Without AI that acts
# description: The run says in so many words whether an AI advises it, and the mode lets it.
is_ai_of_mode if input.payload.ai_enabled in _mode.run.ai_enabled

# METADATA
# title: Contained
# description: Nothing that the container around the run was to prove is left unproven.
is_contained if input.payload.container.unproven == []

# METADATA
# title: Hardening asked for
# description: The run says in so many words that it may run outside of a hardened container.
is_hardening_optional if input.payload.container.is_required == false

# METADATA
# title: Malformed
# description: Something other than a start was sent to this gate.
# custom: { code: RUN_MALFORMED, severity: error }
denials contains "RUN_MALFORMED" if not is_start

# METADATA
# title: Execution
# description: The run executes its orders in another way than the mode prescribes.
# custom: { code: RUN_EXECUTION, severity: error }
denials contains "RUN_EXECUTION" if not is_execution_of_mode

# METADATA
# title: Venue
# description: The mode may not use the venue.
# custom: { code: RUN_VENUE, severity: error }
denials contains "RUN_VENUE" if not is_venue_of_mode

# METADATA
# title: Prices
# description: The source cannot give prices of the kind that the run says it has.
# custom: { code: RUN_PRICES, severity: error }
denials contains "RUN_PRICES" if not are_prices_of_source

# METADATA
# title: Symbols
# description: The run names no symbol, or more than the mode watches at once.
# custom: { code: RUN_SYMBOLS, severity: limit }
denials contains "RUN_SYMBOLS" if not has_symbols

# METADATA
# title: Duration
# description: The run is longer than any of the mode may be, or does not say how long it is.
# custom: { code: RUN_DURATION, severity: limit }
denials contains "RUN_DURATION" if not is_duration_within

# METADATA
# title: AI
# description: The mode does not let an AI take part in this way.
# custom: { code: RUN_AI, severity: error }
denials contains "RUN_AI" if not is_ai_of_mode

# METADATA
# title: Container
# description: The run must be contained, and something of that is missing or unknown.
# custom: { code: RUN_UNHARDENED, severity: error }
denials contains "RUN_UNHARDENED" if {
	not is_hardening_optional
	not is_contained
}
