namespace RideBooking.Testing.Benchmarks;

/// <summary>The tested cases, for the lab and for the harness.</summary>
interface ICases
{
    Task An_order_is_paid_and_shipped(Guid id);

    Task A_payment_ships_the_order_once_and_does_nothing_else(Guid id);

    Task An_unpaid_order_is_cancelled_after_half_an_hour(Guid id);

    Task A_paid_order_is_not_cancelled_later(Guid id);

    Task A_payment_for_no_order_fails(Guid id);
}
