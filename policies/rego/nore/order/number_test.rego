package nore.order_test

import data.nore.order

_decimals := {
	"1",
	"12",
	"1.50",
	"0.00000001",
	"100000000000000000",
	"999999999999999999.99999999",
}

_zeros := {"0", "0.0", "0.00000000"}

_no_decimals := {
	"",
	" 1",
	"+1",
	"-1",
	".",
	".5",
	"00",
	"00.1",
	"01",
	"0x1",
	"1 ",
	"1,5",
	"1.",
	"1.2.3",
	"1.-2",
	"1\n",
	"1a2",
	"1e3",
	"0.000000001",
	"1000000000000000000",
	"1000000000000000000.5",
	"Infinity",
	"NaN",
	"١",
}

test_decimal_allowed[text] if {
	some text in (_decimals | _zeros)
	order.is_decimal(text)
}

test_positive_decimal_allowed[text] if {
	some text in _decimals
	order.is_positive_decimal(text)
}

test_positive_decimal_denied_when_zero[text] if {
	some text in _zeros
	not order.is_positive_decimal(text)
}

test_decimal_denied[text] if {
	some text in _no_decimals
	not order.is_decimal(text)
}

test_decimal_denied_when_of_wrong_kind[name] if {
	some name, value in {"number": 1, "null": null, "boolean": true, "array": ["1"], "object": {"1": "1"}}
	not order.is_decimal(value)
}

test_integer_allowed[name] if {
	some name, value in {"zero": 0, "negative": -5, "greatest": 9007199254740990}
	order.is_integer(value)
}

test_integer_denied[name] if {
	some name, value in {
		"too large to say": 9007199254740991,
		"fraction": 0.5,
		"string": "1",
		"null": null,
		"boolean": true,
	}
	not order.is_integer(value)
}

test_positive_money_allowed if order.is_positive_money(1)

test_positive_money_denied[name] if {
	some name, value in {"zero": 0, "negative": -1, "string": "1"}
	not order.is_positive_money(value)
}
