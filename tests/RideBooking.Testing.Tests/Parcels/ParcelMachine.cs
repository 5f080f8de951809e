using MassTransit;

namespace RideBooking.Testing.Tests.Parcels;

// An example saga: a parcel that is posted, labelled by another service, delivered, or late. It uses the usual features of
// sagas: a schedule, a request, correlation by id and by a query, a response, faults, completion.

public sealed record PostParcel(Guid ParcelId, string Tracking, string To);

public sealed record ParcelPosted(Guid ParcelId, string Tracking);

public sealed record PrintLabel(Guid ParcelId, string To);

public sealed record LabelPrinted(Guid ParcelId, string Label);

public sealed record ScanParcel(string Tracking, string Place);

public sealed record ParcelScanned(Guid ParcelId, string Place, int Scans);

public sealed record HandOver(Guid ParcelId, string Recipient);

public sealed record ParcelDelivered(Guid ParcelId, string Recipient);

public sealed record AskWhere(Guid ParcelId);

public sealed record ParcelIs(Guid ParcelId, string Status, string? Place);

public sealed record DeliveryOverdue(Guid ParcelId);

public sealed record ParcelIsLate(Guid ParcelId, DateTimeOffset Since);

public sealed record TellDepot(Guid ParcelId, string What);

public sealed class Parcel : SagaStateMachineInstance
{
    public Guid CorrelationId { get; set; }
    public string Status { get; set; } = "";
    public string Tracking { get; set; } = "";
    public string? Label { get; set; }
    public string? Place { get; set; }
    public List<string> Scans { get; set; } = [];
    public Guid? OverdueToken { get; set; }
    public Guid? LabelRequestId { get; set; }
}

public sealed class ParcelMachine : MassTransitStateMachine<Parcel>
{
    public static readonly TimeSpan DeliveryTime = TimeSpan.FromDays(2);

    public ParcelMachine(TimeProvider clock)
    {
        InstanceState(parcel => parcel.Status);
        Event(() => Posted, e => e.CorrelateById(c => c.Message.ParcelId));
        Event(
            () => Scanned,
            e =>
                e.CorrelateBy((parcel, c) => parcel.Tracking == c.Message.Tracking)
                    .OnMissingInstance(missing => missing.Fault())
        );
        Event(() => HandedOver, e => e.CorrelateById(c => c.Message.ParcelId));
        Event(
            () => Asked,
            e =>
                e.CorrelateById(c => c.Message.ParcelId)
                    .OnMissingInstance(missing =>
                        missing.ExecuteAsync(c => c.RespondAsync(new ParcelIs(c.Message.ParcelId, "unknown", null)))
                    )
        );
        Schedule(
            () => Overdue,
            parcel => parcel.OverdueToken,
            schedule =>
            {
                schedule.Delay = DeliveryTime;
                schedule.Received = e => e.CorrelateById(c => c.Message.ParcelId);
            }
        );
        Request(
            () => Label,
            parcel => parcel.LabelRequestId,
            request =>
            {
                request.ServiceAddress = new Uri("queue:label-printer");
                request.Timeout = TimeSpan.FromMinutes(1);
            }
        );

        Initially(
            When(Posted)
                .Then(c => c.Saga.Tracking = c.Message.Tracking)
                .Schedule(Overdue, c => new DeliveryOverdue(c.Saga.CorrelationId))
                .Request(Label, c => new PrintLabel(c.Saga.CorrelationId, c.Message.To))
                .Publish(c => new ParcelPosted(c.Saga.CorrelationId, c.Saga.Tracking))
                .TransitionTo(Label.Pending)
        );
        During(
            Label.Pending,
            When(Label.Completed).Then(c => c.Saga.Label = c.Message.Label).TransitionTo(OnItsWay),
            When(Label.Faulted).TransitionTo(Stranded),
            When(Label.TimeoutExpired).TransitionTo(Stranded)
        );
        During(
            OnItsWay,
            When(Scanned)
                .Then(c => c.Saga.Place = c.Message.Place)
                .Then(c => c.Saga.Scans.Add(c.Message.Place))
                .If(
                    c => c.Message.Place == "ocean",
                    lost => lost.Then(_ => throw new InvalidOperationException("A parcel has fallen into the ocean."))
                )
                .Publish(c => new ParcelScanned(c.Saga.CorrelationId, c.Message.Place, c.Saga.Scans.Count)),
            When(HandedOver)
                .Unschedule(Overdue)
                .Publish(c => new ParcelDelivered(c.Saga.CorrelationId, c.Message.Recipient))
                .Send(new Uri("queue:depot"), c => new TellDepot(c.Saga.CorrelationId, "delivered"))
                .Finalize(),
            When(Overdue.Received)
                .Publish(c => new ParcelIsLate(c.Saga.CorrelationId, clock.GetUtcNow()))
                .TransitionTo(Late)
        );
        During(
            Late,
            When(HandedOver).Publish(c => new ParcelDelivered(c.Saga.CorrelationId, c.Message.Recipient)).Finalize()
        );
        DuringAny(
            When(Asked).Respond(c => new ParcelIs(c.Saga.CorrelationId, c.Saga.Status, c.Saga.Place)),
            Ignore(Posted)
        );
        SetCompletedWhenFinalized();
    }

    public State OnItsWay { get; private set; } = null!;
    public State Late { get; private set; } = null!;
    public State Stranded { get; private set; } = null!;

    public Event<PostParcel> Posted { get; private set; } = null!;
    public Event<ScanParcel> Scanned { get; private set; } = null!;
    public Event<HandOver> HandedOver { get; private set; } = null!;
    public Event<AskWhere> Asked { get; private set; } = null!;
    public Schedule<Parcel, DeliveryOverdue> Overdue { get; private set; } = null!;
    public Request<Parcel, PrintLabel, LabelPrinted> Label { get; private set; } = null!;
}
