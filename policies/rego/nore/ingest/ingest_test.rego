package nore.ingest_test

import data.nore.ingest

_tick := {
	"manifest": {
		"mode": "NORE",
		"source": "embedded",
		"venue": "embedded",
		"symbols": ["BTCUSDT", "ETHUSDT"],
		"prices": "invented",
		"execution": "paper",
	},
	"type": "market_tick",
	"source": "market_role",
	"ts": 1795298400000,
	"payload": {
		"venue": "embedded",
		"symbol": "BTCUSDT",
		"price": "91500.5",
		"price_source": "embedded",
		"kind": "trade",
		"event_ts": 1795298399990,
		"qty": "0.25",
		"trade_id": 17,
		"facts": {"jump_pct": 0, "late_s": 0},
	},
}

_limits := data.nore.limits

_live := json.patch(_tick, [
	{"op": "replace", "path": "manifest/source", "value": "binance"},
	{"op": "replace", "path": "manifest/venue", "value": "binance"},
	{"op": "replace", "path": "payload/venue", "value": "binance"},
	{"op": "replace", "path": "payload/price_source", "value": "binance"},
])

_codes(tick) := codes if {
	decision := ingest.decision with input as tick
	is_empty := count(decision.codes) == 0
	decision.allow == is_empty
	codes := decision.codes
}

_changed(path, value) := json.patch(_tick, [{"op": "replace", "path": path, "value": value}])

test_tick_allowed[name] if {
	some name, tick in {
		"embedded trade": _tick,
		"embedded book": _changed("payload/kind", "book"),
		"embedded depth": _changed("payload/kind", "depth"),
		"second symbol": _changed("payload/symbol", "ETHUSDT"),
		"live": _live,
		"any price": _changed("payload/price", null),
		"first price": _changed("payload/facts/jump_pct", null),
		"jump at its limit": _changed("payload/facts/jump_pct", _limits.jump_pct_max),
		"late at its limit": _changed("payload/facts/late_s", _limits.late_s_max),
	}
	_codes(tick) == []
}

test_tick_denied_when_field_missing[path] if {
	some path, codes in {
		"manifest": ["INGEST_KIND", "INGEST_MODE", "INGEST_PRICE_SOURCE", "INGEST_SYMBOL", "INGEST_VENUE"],
		"manifest/mode": ["INGEST_KIND", "INGEST_MODE", "INGEST_PRICE_SOURCE", "INGEST_VENUE"],
		"manifest/source": ["INGEST_PRICE_SOURCE"],
		"manifest/symbols": ["INGEST_SYMBOL"],
		"manifest/venue": ["INGEST_VENUE"],
		"payload": [
			"INGEST_JUMP",
			"INGEST_KIND",
			"INGEST_PRICE_SOURCE",
			"INGEST_SYMBOL",
			"INGEST_TIME_ORDER",
			"INGEST_VENUE",
		],
		"payload/facts": ["INGEST_JUMP", "INGEST_TIME_ORDER"],
		"payload/facts/jump_pct": ["INGEST_JUMP"],
		"payload/facts/late_s": ["INGEST_TIME_ORDER"],
		"payload/kind": ["INGEST_KIND"],
		"payload/price_source": ["INGEST_PRICE_SOURCE"],
		"payload/symbol": ["INGEST_SYMBOL"],
		"payload/venue": ["INGEST_VENUE"],
		"source": ["INGEST_SOURCE"],
		"type": ["INGEST_MALFORMED"],
	}
	_codes(json.remove(_tick, [path])) == codes
}

test_tick_denied_when_value_wrong[name] if {
	some name, change in {
		"another mode": ["manifest/mode", "LIVE", [
			"INGEST_KIND",
			"INGEST_MODE",
			"INGEST_PRICE_SOURCE",
			"INGEST_VENUE",
		]],
		"another source of the run": ["manifest/source", "binance", ["INGEST_PRICE_SOURCE"]],
		"no symbols": ["manifest/symbols", [], ["INGEST_SYMBOL"]],
		"another type": ["type", "fill", ["INGEST_MALFORMED"]],
		"type of wrong kind": ["type", 1, ["INGEST_MALFORMED"]],
		"another role": ["source", "ai_role", ["INGEST_SOURCE"]],
		"role of wrong kind": ["source", ["market_role"], ["INGEST_SOURCE"]],
		"another venue": ["payload/venue", "binance", ["INGEST_VENUE"]],
		"venue of wrong kind": ["payload/venue", true, ["INGEST_VENUE"]],
		"another symbol": ["payload/symbol", "DOGEUSDT", ["INGEST_SYMBOL"]],
		"symbol of another case": ["payload/symbol", "btcusdt", ["INGEST_SYMBOL"]],
		"symbol of wrong kind": ["payload/symbol", 7, ["INGEST_SYMBOL"]],
		"price from elsewhere": ["payload/price_source", "binance", ["INGEST_PRICE_SOURCE"]],
		"price source unheard of": ["payload/price_source", "oracle", ["INGEST_PRICE_SOURCE"]],
		"price source of wrong kind": ["payload/price_source", null, ["INGEST_PRICE_SOURCE"]],
		"another kind": ["payload/kind", "candle", ["INGEST_KIND"]],
		"kind of wrong kind": ["payload/kind", {}, ["INGEST_KIND"]],
		"jump beyond its limit": ["payload/facts/jump_pct", _limits.jump_pct_max + 1, ["INGEST_JUMP"]],
		"jump below zero": ["payload/facts/jump_pct", -1, ["INGEST_JUMP"]],
		"jump as text": ["payload/facts/jump_pct", "0", ["INGEST_JUMP"]],
		"jump of a kind below numbers": ["payload/facts/jump_pct", false, ["INGEST_JUMP"]],
		"late beyond its limit": ["payload/facts/late_s", _limits.late_s_max + 1, ["INGEST_TIME_ORDER"]],
		"late below zero": ["payload/facts/late_s", -1, ["INGEST_TIME_ORDER"]],
		"late as text": ["payload/facts/late_s", "0", ["INGEST_TIME_ORDER"]],
		"late of a kind below numbers": ["payload/facts/late_s", null, ["INGEST_TIME_ORDER"]],
		"payload no object": ["payload", "trade", [
			"INGEST_JUMP",
			"INGEST_KIND",
			"INGEST_PRICE_SOURCE",
			"INGEST_SYMBOL",
			"INGEST_TIME_ORDER",
			"INGEST_VENUE",
		]],
	}
	_codes(_changed(change[0], change[1])) == change[2]
}

test_venue_denied_when_mode_may_not_use_it if {
	tick := json.patch(_tick, [
		{"op": "replace", "path": "manifest/venue", "value": "elsewhere"},
		{"op": "replace", "path": "payload/venue", "value": "elsewhere"},
	])
	_codes(tick) == ["INGEST_VENUE"]
}

test_tick_denied_when_input_empty if {
	_codes({}) == [
		"INGEST_JUMP",
		"INGEST_KIND",
		"INGEST_MALFORMED",
		"INGEST_MODE",
		"INGEST_PRICE_SOURCE",
		"INGEST_SOURCE",
		"INGEST_SYMBOL",
		"INGEST_TIME_ORDER",
		"INGEST_VENUE",
	]
}

test_tick_denied_when_data_missing if {
	decision := ingest.decision with input as _tick with data.nore.modes as {}
		with data.nore.limits as {}
	decision == {"allow": false, "codes": [
		"INGEST_JUMP",
		"INGEST_KIND",
		"INGEST_MODE",
		"INGEST_PRICE_SOURCE",
		"INGEST_TIME_ORDER",
		"INGEST_VENUE",
	]}
}

test_other_types_not_allowed_even_without_denials if {
	draft := json.patch(_tick, [{"op": "replace", "path": "type", "value": "fill"}])
	not ingest.allow with input as draft with ingest.denials as set()
}
