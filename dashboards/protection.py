"""How the figures protect people, and where comparisons come from: the same words on the page and in every
download.
"""

from django.utils.translation import gettext as _


def sentences() -> list[str]:
    """The promise and what it means for a reader, a paragraph each."""
    return [
        _(
            "To every count of people a chance number was added before it was stored. In 9 of 10 cases the "
            "true one lies between the two that stand beside it; figures do not add up exactly."
        ),
        _(
            "Whoever knows everybody else, and reads everything ever published here, guesses in at most 65 "
            "of 100 cases rightly whether one colleague was offered support (with a coin: 50), and what "
            "somebody answered in at most 75."
        ),
        exact(),
        _(
            "Figures are drawn once for each period and never change; a year is the sum of its periods. "
            "Words of the coordinator stand apart from them, and may be corrected."
        ),
    ]


def exact() -> str:
    """What the promise does not hold for; docs/privacy.md says it in the same words."""
    return _(
        "Nothing here makes anybody certain, but for what is exact: figures about the organisation "
        "(calamities and their steps, in how many of them everybody was offered support in time, how many "
        "of them name nobody, the pool), and whether ten people had answered at all."
    )


def sources() -> list[str]:
    """What the comparisons name in brackets, in full."""
    return [
        _("UMCG: University Medical Centre Groningen, peer support, slides 2019, with figures of 2018."),
        _("PMC: Princess Máxima Centre, accreditation of the training of peer supporters, 2020."),
        _("Scott: forYOU team, University of Missouri, interviewed by the Jeroen Bosch hospital, 2016."),
        *_ARTICLES,
    ]


_ARTICLES = (
    (
        "Waterman AD et al. The emotional impact of medical errors on practicing physicians in the United "
        "States and Canada. Jt Comm J Qual Patient Saf 2007;33:467–476."
    ),
    (
        "Guerra-Paiva S et al. Developing core indicators for evaluating second victim programs: an "
        "international consensus approach. Int J Public Health 2024;69:1607428."
    ),
    "Canonne CL, Kamath G, Steinke T. The discrete Gaussian for differential privacy. NeurIPS 2020.",
    "Dong J, Roth A, Su WJ. Gaussian differential privacy. J R Stat Soc B 2022;84:3–37.",
)
