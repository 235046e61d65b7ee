"""How examples are generated; pytest loads it (`-p`).

The suite generates the same examples every time and has no deadline for one, so that neither chance
nor a busy machine decides whether it passes. The recipes that try many more look for new ones each
time (`--hypothesis-profile=explore`).
"""

from hypothesis import HealthCheck, settings

BUSY = (HealthCheck.too_slow, HealthCheck.data_too_large)

settings.register_profile("steady", derandomize=True, deadline=None, suppress_health_check=BUSY)
settings.register_profile("explore", deadline=None, suppress_health_check=BUSY, print_blob=True)
settings.load_profile("steady")
