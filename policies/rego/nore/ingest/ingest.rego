# METADATA
# title: Ingest gate
# description: |
#   Decides whether a market_tick may enter the log: it must come from the run's own venue, market and price source.
#   Of what differs from tick to tick it reads two facts, in whole percents and seconds, which nearly always are the
#   same: so a decision once made answers for nearly all ticks.
# scope: package
package nore.ingest

# METADATA
# title: Decision
# description: Whether the draft may become an event, and if not, every reason why.
# entrypoint: true
decision := {"allow": allow, "codes": sort(denials)}

# METADATA
# title: Allow
# description: Only a market_tick against which nothing speaks.
# scope: document
default allow := false

allow if {
	is_tick
	count(denials) == 0
}

# METADATA
# title: Market tick
# description: The draft is of the one type that this gate knows.
is_tick if input.type == "market_tick"

# METADATA
# title: Rules of the mode
# description: Undefined for a mode without data, and then every rule that asks for them denies.
_mode := data.nore.modes[input.manifest.mode]

# METADATA
# title: Rules of the mode for ticks
# description: The mode takes ticks at all.
has_rules if _mode.ingest

# METADATA
# title: Sent by the market role
# description: Nobody else brings ticks.
is_from_market if input.source == "market_role"

# METADATA
# title: Venue of the run
# description: The venue is the one that the manifest names, and the mode may use it.
is_venue_of_run if {
	input.payload.venue == input.manifest.venue
	input.payload.venue in _mode.venues
}

# METADATA
# title: Symbol of the run
# description: The manifest names the symbol.
is_symbol_of_run if input.payload.symbol in input.manifest.symbols

# METADATA
# title: Price source of the run
# description: Prices come from where the run says that they come from; a made-up price is no live one.
is_price_source_of_run if {
	input.payload.price_source in _mode.ingest.price_sources[input.manifest.source]
}

# METADATA
# title: Kind of the mode
# description: The mode takes ticks of this kind.
is_kind_of_mode if input.payload.kind in _mode.ingest.kinds

# METADATA
# title: Sane price
# description: |
#   The price has moved by no more than the limit since the symbol's price before it. Null says that there was none; what
#   the market has truly jumped to is confirmed by its next price.
is_jump_sane if input.payload.facts.jump_pct == null

is_jump_sane if {
	input.payload.facts.jump_pct >= 0
	input.payload.facts.jump_pct <= data.nore.limits.jump_pct_max
}

# METADATA
# title: In order of time
# description: The venue's time lies behind the newest one of the symbol by no more than healing a gap may take.
is_in_time if {
	input.payload.facts.late_s >= 0
	input.payload.facts.late_s <= data.nore.limits.late_s_max
}

# METADATA
# title: Malformed
# description: Something other than a market_tick was sent to this gate.
# custom: { code: INGEST_MALFORMED, severity: error }
denials contains "INGEST_MALFORMED" if not is_tick

# METADATA
# title: Mode
# description: The manifest's mode has no rules for ticks.
# custom: { code: INGEST_MODE, severity: error }
denials contains "INGEST_MODE" if not has_rules

# METADATA
# title: Source
# description: Only the market role brings ticks.
# custom: { code: INGEST_SOURCE, severity: error }
denials contains "INGEST_SOURCE" if not is_from_market

# METADATA
# title: Venue
# description: The tick is from another venue than the run's, or from one that the mode may not use.
# custom: { code: INGEST_VENUE, severity: error }
denials contains "INGEST_VENUE" if not is_venue_of_run

# METADATA
# title: Symbol
# description: The run does not watch this symbol.
# custom: { code: INGEST_SYMBOL, severity: error }
denials contains "INGEST_SYMBOL" if not is_symbol_of_run

# METADATA
# title: Price source
# description: The price is not from the source that the run declared.
# custom: { code: INGEST_PRICE_SOURCE, severity: error }
denials contains "INGEST_PRICE_SOURCE" if not is_price_source_of_run

# METADATA
# title: Kind
# description: The mode takes no ticks of this kind.
# custom: { code: INGEST_KIND, severity: error }
denials contains "INGEST_KIND" if not is_kind_of_mode

# METADATA
# title: Jump
# description: The price is too far from the one before it, or nobody has compared the two.
# custom: { code: INGEST_JUMP, severity: limit }
denials contains "INGEST_JUMP" if not is_jump_sane

# METADATA
# title: Time order
# description: The tick is older than any that may still come, or nobody has compared its time.
# custom: { code: INGEST_TIME_ORDER, severity: limit }
denials contains "INGEST_TIME_ORDER" if not is_in_time
