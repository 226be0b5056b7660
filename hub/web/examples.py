"""The saved examples that the query pages open with."""

from hub.web.graphiql import Example

_JOURNEY = """# The victim journey of Three Rivers across agencies, around 2017.
query Journey($area: String!, $period: String!) {
  journey(area: $area, period: $period) {
    area { name }
    release { id audience policyVersion }
    stages {
      code
      title
      agency { name }
      period { title }
      unit
      figure { display status reason }
      parts { title figure { display } }
    }
    links {
      title
      ratio { display unit }
      comparability
      commonMonths
      longestMonths
      caveats { text }
    }
    missing { title agency { name } reason }
  }
}
"""

_OBSERVATIONS = """# Published observations, a page at a time; suppressed figures say so.
query Observations {
  observations(areas: ["E07000102"], indicators: ["DAC_INTERVENTION"], first: 20) {
    totalCount
    nodes {
      breakdown { dimension category }
      period { title }
      figure { display status reason unit }
      provenance { agency dataset revision }
    }
  }
}
"""

_SERIES = """# One indicator over time, with the gaps said.
query Series {
  series(indicator: "POL_DA_TOTAL", area: "E06000026", from: "2014-04", to: "2015-06") {
    indicator { title unit timeAdditive }
    points { period { title } figure { display status } }
  }
}
"""

_WORDS = """# What is counted, in which unit, and by whom.
query Words {
  indicators(dataset: "IDVA") {
    code
    title
    unit
    kind
    definition
    timeAdditive
    dimensions { title partition categories { title } }
  }
  viewer { roles audience agency }
}
"""

READ_EXAMPLES = (
    Example("Three Rivers journey", _JOURNEY, {"area": "E07000102", "period": "CY2017"}),
    Example("Observations", _OBSERVATIONS),
    Example("A series", _SERIES),
    Example("The words", _WORDS),
)

INTAKE_EXAMPLES = (
    Example("My returns", "{ returns { id dataset period revision state contentHash } }\n"),
    Example(
        "Dry run",
        """mutation DryRun($input: ReturnInput!) {
  submitReturn(input: $input, dryRun: true) {
    counts { received added changed }
    findings { severity code message row column allowed }
    userErrors { code message }
  }
}
""",
        {
            "input": {
                "dataset": "POLICE_CRIME",
                "agency": "HERTS_POLICE",
                "period": "CY2017",
                "observations": [{"indicator": "POL_DA_CRIME", "area": "E07000102", "value": 617}],
            }
        },
    ),
)
