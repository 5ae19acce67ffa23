"""Truth: analytic vessels whose answers are known; nothing here measures."""
