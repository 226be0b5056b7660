"""A program against the client that ariadne-codegen wrote into ``reader``."""

import os
import sys

from reader import Client
from reader.enums import FigureStatus

client = Client(
    url=os.environ["HUB_URL"] + "/graphql",
    headers={"Authorization": "Bearer " + os.environ["HUB_TOKEN"]},
)
journey = client.journey(area="E07000102", period="CY2017").journey
shown = [stage for stage in journey.stages if stage.figure.status is FigureStatus.PUBLISHED]
first: float | None = shown[0].figure.value
figures = client.figures(indicators=["DAC_CLIENT"], areas=["E07000102"]).observations
grades = "".join(link.comparability.value for link in journey.links)
sys.stdout.write(f"{journey.area.name} {first} {grades} {len(figures.nodes)}\n")
