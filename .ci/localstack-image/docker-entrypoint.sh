#!/bin/bash
exec /opt/code/localstack/.venv/bin/localstack-supervisor
