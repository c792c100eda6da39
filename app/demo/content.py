"""What the sample workspace holds: people, projects, tasks, labels and talk of a small marketing studio."""

from __future__ import annotations

from dataclasses import dataclass, field

WORKSPACE = "Harbour Studio"


@dataclass(frozen=True)
class Person:
    """One account of the demo; `key` is how the content names them."""

    key: str
    name: str
    email: str


SARAH = Person("sarah", "Sarah Okafor", "sarah@harbour.example")
MIKE = Person("mike", "Mike Tan", "mike@harbour.example")
NORA = Person("nora", "Nora Lindqvist", "nora@harbour.example")
OTHERS = (
    Person("jonas", "Jonas Weber", "jonas@harbour.example"),
    Person("priya", "Priya Nair", "priya@harbour.example"),
    Person("elif", "Elif Kaya", "elif@harbour.example"),
)
PEOPLE = (SARAH, MIKE, NORA, *OTHERS)
AUTHORS = (SARAH, MIKE, NORA)
"""Those who write: they have a profile each."""


@dataclass(frozen=True)
class Talk:
    """A comment with its replies: (author key, text) each."""

    by: str
    text: str
    replies: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Task:
    """A task; `due` is in days from today, None for none."""

    title: str
    status: str
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    due: int | None = None
    priority: int = 0
    description: str = ""
    talk: tuple[Talk, ...] = ()


@dataclass(frozen=True)
class Project:
    """A project with its labels (name and colour) and tasks."""

    name: str
    colour: str
    labels: dict[str, str] = field(default_factory=dict)
    tasks: tuple[Task, ...] = ()


LAUNCH_EMAIL = "Launch email: three versions to test"
STORYBOARD = "Storyboard for the 30-second film"

CAMPAIGN = Project(
    "Q1 Marketing Campaign",
    "rose",
    {
        "Copy": "blue",
        "Legal": "maroon",
        "Video": "violet",
        "Ads": "orange",
        "Press": "amber",
        "Design": "navy",
        "Web": "teal",
    },
    (
        Task(
            "Approve landing page copy for the spring launch",
            "review",
            ("Copy",),
            ("sarah",),
            0,
            talk=(
                Talk("mike", "The second headline is the stronger one.", (("sarah", "Agreed. I took it."),)),
                Talk("nora", "Two typing errors in the footer, both fixed."),
            ),
        ),
        Task(
            "Legal check of the prize draw terms",
            "review",
            ("Legal",),
            ("elif", "priya"),
            1,
            talk=(Talk("sarah", "They want the closing date in bold."),),
        ),
        Task(
            LAUNCH_EMAIL,
            "doing",
            ("Copy", "Ads"),
            ("nora", "sarah"),
            3,
            3,
            "Send three versions to 5 % of the list on Tuesday, then the winner to everyone on Friday at 09:00.\n"
            "Keep the subject line under 45 characters. No prices in the preview text.",
            (
                Talk(
                    "sarah",
                    "Version B reads best aloud. Can we drop the second sentence?",
                    (("nora", "Dropped. I moved it into the plain-text version."),),
                ),
                Talk("mike", "Dark mode looks right in the four mail clients I tried."),
            ),
        ),
        Task(
            STORYBOARD,
            "doing",
            ("Video",),
            ("mike",),
            2,
            2,
            "Six frames. Open on the harbour at dawn, end on the product in use.",
            (Talk("sarah", "Frame 4 needs a closer shot."), Talk("mike", "New sketches by tonight.")),
        ),
        Task(
            "Paid social: budget split by market",
            "doing",
            ("Ads",),
            ("nora",),
            6,
            talk=(Talk("sarah", "Spain wants a tenth more."),),
        ),
        Task("Press list for the regional papers", "doing", ("Press",), ("jonas",), -4, 2),
        Task(
            "Photo shoot: confirm studio and crew",
            "doing",
            ("Design",),
            ("priya", "mike"),
            8,
            talk=(Talk("nora", "The studio holds Thursday for us."),),
        ),
        Task("Record the voice-over", "todo", ("Video",), ("mike",), 10),
        Task("Translate ads into German and Turkish", "todo", ("Ads", "Copy"), ("jonas", "elif"), 11),
        Task("Print-ready poster, A1 and A3", "todo", ("Design",), ("priya",), 11, 1),
        Task("Set up campaign tracking links", "todo", ("Web",), ("nora",), 14),
        Task(
            "Partner newsletter: agree on dates",
            "todo",
            talk=(Talk("mike", "They answered: any week but the first."),),
        ),
        Task("Write the thank-you page", "todo", ("Web",), ("priya",), 16),
        Task("Audience interviews, round one", "done", (), ("sarah", "nora"), -12),
        Task("Choose the campaign line", "done", (), ("nora",), -15),
        Task("Agree on the media budget", "done", (), ("jonas",), -18),
    ),
)

PROJECTS = (
    CAMPAIGN,
    Project(
        "Website Relaunch",
        "blue",
        {"Design": "navy", "Build": "teal"},
        (
            Task("New navigation on small screens", "doing", ("Design",), ("priya",), 5, 3),
            Task("Move the blog without losing links", "todo", ("Build",), ("mike",), 9),
            Task("Measure the first page: under one second", "todo", ("Build",), ("nora",), 12),
            Task("Pick the photographs for About us", "done", ("Design",), ("sarah",), -3),
        ),
    ),
    Project(
        "Mobile App 4.0",
        "teal",
        {"iOS": "slate", "Android": "teal"},
        (
            Task("Offline reading list", "doing", ("iOS", "Android"), ("jonas",), 7, 2),
            Task("Crash when the camera is refused", "review", ("Android",), ("elif",), 1, 4),
            Task("Store pictures in six languages", "todo", (), ("sarah",), 13),
        ),
    ),
    Project(
        "Brand Guidelines",
        "violet",
        {},
        (Task("Two pages on tone of voice", "doing", (), ("nora",), 4), Task("Logo on photographs", "todo")),
    ),
    Project("Customer Interviews", "amber", {}, (Task("Find ten people for January", "todo", (), ("sarah",), 15, 2),)),
    Project("Hiring", "slate", {}, (Task("Second interview: motion designer", "todo", (), ("elif",), 2),)),
)

SENTENCES = (
    " Ask Jonas for the German list.",
    " Version C goes out without a picture.",
    " The sender is “Harbour Studio”, not a person.",
    " Links carry the tracking code from the sheet.",
    " Proof-read by two people before it leaves.",
)
REMARKS = (
    "I tried it on my phone: the button is easy to miss.",
    "Numbers from last spring are in the sheet now.",
    "Shorter is better here. I cut a third.",
    "Can somebody look at this before lunch?",
    "Done on my side.",
    "The printer needs it a day earlier than we said.",
    "I like this more than the first one.",
)
"""What the simulated teammate writes."""
