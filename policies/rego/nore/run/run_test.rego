package nore.run_test

import data.nore.run

_limits := data.nore.modes.NORE.run

_start := {
	"manifest": {
		"mode": "NORE",
		"source": "embedded",
		"venue": "embedded",
		"symbols": ["BTCUSDT", "ETHUSDT"],
		"prices": "invented",
		"execution": "paper",
	},
	"type": "start",
	"payload": {
		"duration_ms": 25200000,
		"ai_enabled": false,
		"container": {"is_required": false, "unproven": ["user", "memory"]},
	},
}

_contained := json.patch(_start, [{
	"op": "replace",
	"path": "payload/container",
	"value": {"is_required": true, "unproven": []},
}])

_codes(start) := codes if {
	decision := run.decision with input as start
	is_empty := count(decision.codes) == 0
	decision.allow == is_empty
	codes := decision.codes
}

_changed(start, path, value) := json.patch(start, [{"op": "replace", "path": path, "value": value}])

_symbols(length) := ["BTCUSDT" | some _ in numbers.range(1, length)]

test_start_allowed[name] if {
	some name, start in {
		"embedded": _start,
		"live": json.patch(_start, [
			{"op": "replace", "path": "manifest/source", "value": "binance"},
			{"op": "replace", "path": "manifest/venue", "value": "binance"},
			{"op": "replace", "path": "manifest/prices", "value": "live"},
		]),
		"AI switched on": _changed(_start, "payload/ai_enabled", true),
		"until stopped": _changed(_start, "payload/duration_ms", 0),
		"duration at its ceiling": _changed(_start, "payload/duration_ms", _limits.duration_ms_max),
		"one symbol": _changed(_start, "manifest/symbols", ["BTCUSDT"]),
		"symbols at their ceiling": _changed(_start, "manifest/symbols", _symbols(_limits.symbols_max)),
		"contained": _contained,
		"contained though nobody asked": _changed(_contained, "payload/container/is_required", false),
	}
	_codes(start) == []
}

test_start_denied_when_value_wrong[name] if {
	some name, change in {
		"another type": ["type", "dial", ["RUN_MALFORMED"]],
		"type of wrong kind": ["type", [], ["RUN_MALFORMED"]],
		"another mode": ["manifest/mode", "LIVE", [
			"RUN_AI",
			"RUN_DURATION",
			"RUN_EXECUTION",
			"RUN_PRICES",
			"RUN_SYMBOLS",
			"RUN_VENUE",
		]],
		"real orders": ["manifest/execution", "live", ["RUN_EXECUTION"]],
		"another venue": ["manifest/venue", "elsewhere", ["RUN_VENUE"]],
		"made-up market that says live": ["manifest/prices", "live", ["RUN_PRICES"]],
		"source unheard of": ["manifest/source", "oracle", ["RUN_PRICES"]],
		"no symbols": ["manifest/symbols", [], ["RUN_SYMBOLS"]],
		"symbols beyond their ceiling": ["manifest/symbols", _symbols(_limits.symbols_max + 1), ["RUN_SYMBOLS"]],
		"symbols of wrong kind": ["manifest/symbols", 2, ["RUN_SYMBOLS"]],
		"duration below zero": ["payload/duration_ms", -1, ["RUN_DURATION"]],
		"duration beyond its ceiling": ["payload/duration_ms", _limits.duration_ms_max + 1, ["RUN_DURATION"]],
		"duration as text": ["payload/duration_ms", "7h", ["RUN_DURATION"]],
		"AI as text": ["payload/ai_enabled", "true", ["RUN_AI"]],
		"AI of wrong kind": ["payload/ai_enabled", 0, ["RUN_AI"]],
		"hardening of wrong kind": ["payload/container/is_required", 0, ["RUN_UNHARDENED"]],
		"no container at all": ["payload/container", null, ["RUN_UNHARDENED"]],
		"payload no object": ["payload", "start", ["RUN_AI", "RUN_DURATION", "RUN_UNHARDENED"]],
	}
	_codes(_changed(_start, change[0], change[1])) == change[2]
}

test_contained_start_denied_when_something_unproven[name] if {
	some name, unproven in {
		"one fact": ["user"],
		"nothing said": null,
		"wrong kind": false,
	}
	_codes(_changed(_contained, "payload/container/unproven", unproven)) == ["RUN_UNHARDENED"]
}

test_start_denied_when_field_missing[path] if {
	some path, codes in {
		"manifest": [
			"RUN_AI",
			"RUN_DURATION",
			"RUN_EXECUTION",
			"RUN_PRICES",
			"RUN_SYMBOLS",
			"RUN_VENUE",
		],
		"manifest/execution": ["RUN_EXECUTION"],
		"manifest/prices": ["RUN_PRICES"],
		"manifest/source": ["RUN_PRICES"],
		"manifest/symbols": ["RUN_SYMBOLS"],
		"manifest/venue": ["RUN_VENUE"],
		"type": ["RUN_MALFORMED"],
		"payload": ["RUN_AI", "RUN_DURATION", "RUN_UNHARDENED"],
		"payload/ai_enabled": ["RUN_AI"],
		"payload/duration_ms": ["RUN_DURATION"],
		"payload/container": ["RUN_UNHARDENED"],
		"payload/container/is_required": ["RUN_UNHARDENED"],
	}
	_codes(json.remove(_start, [path])) == codes
}

test_contained_start_denied_when_proofs_missing if {
	_codes(json.remove(_contained, ["payload/container/unproven"])) == ["RUN_UNHARDENED"]
}

test_start_denied_when_data_missing if {
	decision := run.decision with input as _start with data.nore.modes as {}
	decision == {"allow": false, "codes": [
		"RUN_AI",
		"RUN_DURATION",
		"RUN_EXECUTION",
		"RUN_PRICES",
		"RUN_SYMBOLS",
		"RUN_VENUE",
	]}
}

test_other_types_not_allowed_even_without_denials if {
	not run.allow with input as _changed(_start, "type", "dial") with run.denials as set()
}
