package nore.order

# What numbers must look like. Digits are checked with trim and split, because one regular expression
# costs more in wasm than all the other rules together.

# METADATA
# title: Digits
# description: At least one digit and nothing else.
is_digits(text) if {
	text != ""
	trim(text, "0123456789") == ""
}

# METADATA
# title: Whole number
# description: Digits without a leading zero, at most 18 of them, which is what money has room for.
# scope: document
is_whole_number("0")

is_whole_number(text) if {
	is_digits(text)
	trim_left(text, "0") == text
	count(text) <= 18
}

# METADATA
# title: Decimal
# description: A whole number, or one with a point and 1 to 8 decimals.
# scope: document
is_decimal(text) if is_whole_number(text)

is_decimal(text) if {
	[whole, fraction] := split(text, ".")
	is_whole_number(whole)
	is_digits(fraction)
	count(fraction) <= 8
}

# METADATA
# title: Positive decimal
# description: A decimal with a digit other than zero.
is_positive_decimal(text) if {
	is_decimal(text)
	trim(text, "0.") != ""
}

# METADATA
# title: Integer
# description: An integer that JSON keeps exactly; floor takes nothing but numbers. 2^53 - 1 itself stands for "too large to say" and is refused.
is_integer(value) if {
	value == floor(value)
	value < 9007199254740991
}

# METADATA
# title: Positive money
# description: Money in facts is an integer in units of 1e-8, here above zero.
is_positive_money(value) if {
	is_integer(value)
	value > 0
}
