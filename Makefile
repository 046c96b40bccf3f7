# `make run` and `make test` install what is missing by themselves; see README.md.

.PHONY: all
all: build
