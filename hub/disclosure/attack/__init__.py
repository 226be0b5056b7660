"""The attack: what can be proved about a hidden count from what is published.

Written apart from the protection. It reads the published table and the relations, and nothing
else; no code is shared with the search for witnesses or their check, so that one mistake cannot
hide in both.
"""

from hub.disclosure.attack.attack import attack
from hub.disclosure.attack.families import Observer, attack_each
from hub.disclosure.attack.report import AttackReport, Finding, Verdict

__all__ = ["AttackReport", "Finding", "Observer", "Verdict", "attack", "attack_each"]
