"""CertFlow: recognition of learning communities, from a commune's self-assessment to a verifiable certificate.

The layers, top to bottom; imports point downwards only::

    app                          puts the parts together
    web | cli                    what a person touches
    demo                         a practice season, made by the real actions
    jobs                         what the clock and the queue do
    services                     one function per thing a person or a clock can do
    models | domain | gateways   what is stored | pure rules | outside things
    definitions                  the law as data, read once
    config | clock | errors | wording
"""
